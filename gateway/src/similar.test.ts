import { sha256Hex } from '@llmchain/protocol';
import sharp from 'sharp';
import { ContentCredentials } from '../../test/support/content-credentials';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import { TestPostgres } from '../../test/support/postgres';

const words = (count: number, salt: string): string =>
  Array.from({ length: count }, (_, index) => `${salt}${(index * index) % 997}`).join(' ');

describe('works that resemble others', () => {
  let postgres: TestPostgres;
  let consortium: GatewayConsortium;
  let guild: TestMember;
  let ann: string;
  let ben: string;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    consortium = await GatewayConsortium.start(postgres, 'GuildMSP');
    guild = consortium.members.get('GuildMSP')!;
    ann = (await guild.key('artist', 'ann')).key;
    ben = (await guild.key('artist', 'ben')).key;
  }, 30_000);
  afterAll(async () => {
    await consortium.stop();
    await postgres.stop();
  });

  const submission = (content: string | Buffer, person: string, more: object = {}) => ({
    title: 'A work',
    creators: [{ person, share: 10_000 }],
    medium: typeof content === 'string' ? 'text' : 'image',
    preference: { training: 'allowed', mining: 'allowed' },
    content: typeof content === 'string' ? { text: content } : { base64: content.toString('base64') },
    ...more,
  });
  const register = (key: string, works: object[], operationId?: string) =>
    guild.call(key, 'POST', '/v1/artworks', { works, ...(operationId ? { operationId } : {}) });
  const record = async (id: string) => (await guild.call(ann, 'GET', `/v1/artworks/${id}`)).body;

  const original = words(400, 'w');
  const copy = `${original} and a few words more`;
  const id = sha256Hex(original);

  test('a copy is refused with what it is like, and registered when it is said to be distinct, flagged', async () => {
    expect((await register(ann, [submission(original, 'ann')])).status).toBe(201);
    const refused = await register(ben, [submission(copy, 'ben')]);
    expect({ status: refused.status, code: refused.body['code'] }).toEqual({ status: 409, code: 'resembles' });
    const like = { work: id, owner: { member: 'GuildMSP', person: 'ann' }, method: 'minhash-128' };
    expect(refused.body['details']).toMatchObject({ works: [{ sha256: sha256Hex(copy), resembles: [like] }] });

    const distinct = [submission(copy, 'ben', { distinct: true })];
    const answer = await register(ben, distinct, 'register-copy');
    expect(answer.status).toBe(201);
    expect(answer.body['works']).toMatchObject([{ id: sha256Hex(copy), resembles: [like] }]);
    expect(await record(sha256Hex(copy))).toMatchObject({ resembles: [id] });
    const again = await register(ben, distinct, 'register-copy');
    expect([again.status, again.body['works']]).toMatchObject([201, [{ id: sha256Hex(copy) }]]);
  });

  test('a derivation names what it was made from, and only that excuses it', async () => {
    const made = `${words(390, 'w')} other words end it`;
    const other = words(50, 'unlike');
    expect((await register(ann, [submission(other, 'ann')])).status).toBe(201);
    const astray = await register(ben, [submission(made, 'ben', { derivedFrom: sha256Hex(other) })]);
    expect(astray.body['code']).toBe('resembles');
    expect((await register(ben, [submission(made, 'ben', { derivedFrom: id })])).status).toBe(201);
    expect(await record(sha256Hex(made))).toMatchObject({ derivedFrom: id, resembles: [sha256Hex(copy)] });
  });

  test('a version of one’s own resembles nothing but the works of others', async () => {
    const first = words(300, 'v');
    const second = `${first} once more`;
    expect((await register(ann, [submission(first, 'ann')])).status).toBe(201);
    expect((await register(ann, [submission(second, 'ann', { versionOf: sha256Hex(first) })])).status).toBe(201);
    expect(await record(sha256Hex(second))).not.toHaveProperty('resembles');
  });

  test('works of one request are compared with each other', async () => {
    const text = words(200, 'b');
    const both = [submission(text, 'ann'), submission(`${text} end`, 'ann')];
    const answer = await register(ann, both);
    expect(answer.body['details']).toMatchObject({
      works: [{ sha256: sha256Hex(`${text} end`), resembles: [{ work: sha256Hex(text) }] }],
    });
    expect((await register(ann, [both[0]!, { ...both[1]!, derivedFrom: sha256Hex(text) }])).status).toBe(201);
  });

  test('images are found by how they look, and their signals count', async () => {
    const noise = { type: 'gaussian' as const, mean: 128, sigma: 60 };
    const small = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#888', noise } })
      .png()
      .toBuffer();
    const picture = sharp(small).resize(400, 300, { kernel: 'cubic', fit: 'fill' });
    const png = await picture.clone().png().toBuffer();
    const xmp = `<r xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-AIMLTRAINING"/>`;
    const jpeg = await picture.clone().resize(200, 150).withXmp(xmp).jpeg({ quality: 50 }).toBuffer();
    const [of, like] = [png, jpeg].map((bytes) => sha256Hex(bytes)) as [string, string];
    expect((await register(ann, [submission(png, 'ann')])).status).toBe(201);
    const signals = { aipref: 'Content-Usage: train-ai=y', tdmrep: '{"tdm-reservation":0}' };
    const copied = submission(jpeg, 'ben', { derivedFrom: of, signals });
    expect((await register(ben, [{ ...copied, derivedFrom: undefined }])).body['code']).toBe('resembles');
    expect((await register(ben, [copied])).status).toBe(201);
    expect(await record(like)).toMatchObject({
      fingerprint: { method: 'phash-64' },
      preference: { training: 'not_allowed', mining: 'allowed' },
      signals: [
        { source: 'iptc', preference: { training: 'not_allowed' } },
        { source: 'tdmrep', digest: sha256Hex(signals.tdmrep) },
        { source: 'aipref', digest: sha256Hex(signals.aipref) },
      ],
    });
    const found = await guild.call(ben, 'GET', `/v1/artworks/similar?work=${of}`);
    expect(found.body).toMatchObject({ similar: [{ work: like, method: 'phash-64' }], asOf: { block: 7 } });
    const content = { base64: jpeg.toString('base64') };
    const sought = await guild.call(ben, 'POST', '/v1/artworks/similar', { medium: 'image', content });
    // The copy may look just like the original: which of the two is named first is chance then.
    const similar = sought.body['similar'] as { work: string; distance: number }[];
    expect(similar.map(({ work }) => work).sort()).toEqual([of, like].sort());
    expect(similar.find(({ work }) => work === like)).toMatchObject({ distance: 0 });
  });

  test('a manifest that holds forbids and constrains; one that does not is told and not believed', async () => {
    const noise = { type: 'gaussian' as const, mean: 128, sigma: 60 };
    const small = await sharp({ create: { width: 7, height: 7, channels: 3, background: '#888', noise } })
      .png()
      .toBuffer();
    const plain = await sharp(small).resize(300, 200, { kernel: 'cubic', fit: 'fill' }).png().toBuffer();
    const entries = {
      'cawg.ai_training': { use: 'notAllowed' },
      'cawg.data_mining': { use: 'constrained', constraint_info: 'ask ann' },
    };
    const credentials = await ContentCredentials.create();
    const { image, store } = credentials.sign(plain, 'image/png', entries);
    const manifest = sha256Hex(store);
    const answer = await register(ann, [submission(image, 'ann')]);
    expect(answer.body['works']).toMatchObject([
      { credentials: { manifest, valid: true, problems: [], constraints: { mining: 'ask ann' } } },
    ]);
    expect(await record(sha256Hex(image))).toMatchObject({
      c2pa: manifest,
      preference: { training: 'not_allowed', mining: 'constrained' },
      signals: [{ source: 'c2pa', digest: manifest }],
    });

    const bad = Buffer.from(image);
    bad[bad.indexOf('notAllowed')]! ^= 1;
    const told = await register(ann, [submission(bad, 'ann', { versionOf: sha256Hex(image) })]);
    expect(told.body['works']).toMatchObject([
      { credentials: { valid: false, problems: ['assertion.hashedURI.mismatch'], constraints: {} } },
    ]);
    const tampered = await record(sha256Hex(bad));
    expect(tampered).toMatchObject({ preference: { training: 'allowed', mining: 'allowed' } });
    expect(tampered).not.toHaveProperty('c2pa');
    expect(tampered).not.toHaveProperty('signals');
  });

  test('what cannot be compared or read is refused', async () => {
    const code = async (work: object): Promise<unknown> => (await register(ann, [work])).body['code'];
    const latin1 = Buffer.from([0x67, 0x72, 0xfc, 0x6e]).toString('base64');
    expect(await code({ ...submission('x', 'ann'), content: { base64: latin1 } })).toBe('invalid_argument');
    expect(await code({ ...submission('x', 'ann'), medium: 'image' })).toBe('invalid_argument');
    expect(await code(submission('x', 'ann', { signals: { tdmrep: '{' } }))).toBe('invalid_argument');
    expect(await code(submission('x', 'ann', { signals: { aipref: 'nothing' } }))).toBe('invalid_argument');
    const nobody = await guild.call(ann, 'GET', `/v1/artworks/similar?work=${'0'.repeat(64)}`);
    expect(nobody.body['code']).toBe('not_found');
    const wordless = { medium: 'text', content: { text: '—!' } };
    expect((await guild.call(ann, 'POST', '/v1/artworks/similar', wordless)).body['code']).toBe('not_supported');
  });
});
