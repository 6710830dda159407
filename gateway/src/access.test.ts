import { randomBytes } from 'node:crypto';
import { LlmchainError, sha256Hex } from '@llmchain/protocol';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import { NEIGHBOUR_HEADER } from '../../test/support/gateway-peers';
import { TestPostgres } from '../../test/support/postgres';
import { ConsentStanding } from './usecases/consent-standing';
import { WatchConsent } from './usecases/watch-consent';

const BYTES = 'application/octet-stream';

describe('confidential content', () => {
  let postgres: TestPostgres;
  let consortium: GatewayConsortium;
  let guild: TestMember;
  let lab: TestMember;
  let archive: TestMember;
  let ann: string;
  let will: string;
  let trainer: string;
  let auditor: string;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    consortium = await GatewayConsortium.start(postgres, 'GuildMSP', 'LabMSP', 'ArchiveMSP');
    guild = consortium.members.get('GuildMSP')!;
    lab = consortium.members.get('LabMSP')!;
    archive = consortium.members.get('ArchiveMSP')!;
    [ann, will] = [(await guild.key('artist', 'ann')).key, (await guild.key('artist', 'will')).key];
    trainer = (await lab.key('trainer', 'trainer')).key;
    auditor = (await guild.key('auditor', 'auditor')).key;
  }, 30_000);
  afterAll(async () => {
    await consortium.stop();
    await postgres.stop();
  });

  const entry = (more: object): object => ({
    title: 'a verse',
    creators: [{ person: 'ann', share: 10_000 }],
    medium: 'text',
    preference: { generative_training: 'constrained' },
    ...more,
  });
  const register = async (text: string, more: object = {}): Promise<string> => {
    const works = [entry({ content: { text }, ...more })];
    const { status, body } = await guild.call(ann, 'POST', '/v1/artworks', { works });
    expect([status, body]).toMatchObject([201, {}]);
    return sha256Hex(text);
  };
  const upload = async (key: string, bytes: Buffer, query = '', type = BYTES): Promise<number> => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': type };
    const body = new Uint8Array(bytes);
    return (await fetch(`${guild.url}/v1/content${query}`, { method: 'PUT', headers, body })).status;
  };
  const read = async (member: TestMember, key: string, work: string): Promise<{ status: number; text: string }> => {
    const response = await fetch(`${member.url}/v1/content/${work}`, { headers: { authorization: `Bearer ${key}` } });
    return { status: response.status, text: await response.text() };
  };
  const atPeer = async (member: string, work: string): Promise<number> =>
    (
      await fetch(`${consortium.peerApis.get('GuildMSP')!}/peer/v1/content/${work}`, {
        headers: { [NEIGHBOUR_HEADER]: member },
      })
    ).status;
  const license = async (work: string, licence: string, more: object = {}): Promise<void> => {
    const offer = {
      ...{ licence, works: [work], licensee: 'LabMSP', uses: ['generative_training'] },
      ...{ from: 0, until: null, price: 0, weight: 100, ...more },
    };
    expect((await guild.call(ann, 'POST', '/v1/licences', offer)).body).toMatchObject({ state: 'offered' });
    const accepted = await lab.call(trainer, 'POST', `/v1/licences/${licence}/accept`, {});
    expect(accepted.body).toMatchObject({ state: 'active' });
  };
  const log = async (work: string) =>
    (await guild.call(auditor, 'GET', `/v1/access-log?work=${work}`)).body['data'] as {
      ground: object;
      member: string;
    }[];

  test('lies sealed in the bucket, and in clear when its artist makes it public', async () => {
    const work = await register('So long as men can breathe or eyes can see');
    for (const object of guild.bucket.objects.values()) expect(object.includes('men can breathe')).toBe(false);
    expect((await guild.ports.store.get(`sha256/${work}`)).toString()).toContain('men can breathe');
    const open = await register('For everyone to read', { public: true });
    expect(guild.bucket.objects.get(`sha256/${open}`)?.toString()).toBe('For everyone to read');
  });

  test('is uploaded as a stream by an artist, and registered by that artist alone', async () => {
    const bytes = randomBytes(300_000);
    const work = sha256Hex(bytes);
    const order = (content: object, more: object = {}) => ({ works: [entry({ content, medium: 'other', ...more })] });
    const missing = await guild.call(ann, 'POST', '/v1/artworks', order({ sha256: work }));
    expect([missing.status, missing.body['code']]).toEqual([404, 'not_found']);
    expect(await upload(will, bytes)).toBe(201);
    const stranger = await guild.call(ann, 'POST', '/v1/artworks', order({ sha256: work }));
    expect([stranger.status, stranger.body['code']]).toEqual([404, 'not_found']);
    expect(await upload(ann, bytes)).toBe(201);
    const both = await guild.call(ann, 'POST', '/v1/artworks', order({ sha256: work }, { public: true }));
    expect(both.body['code']).toBe('invalid_argument');
    const done = await guild.call(ann, 'POST', '/v1/artworks', order({ sha256: work }));
    expect([done.status, done.body['works']]).toEqual([201, [{ id: work, title: 'a verse' }]]);
    const record = await guild.call(ann, 'GET', `/v1/artworks/${work}`);
    expect(record.body).toMatchObject({ bytes: 300_000, owner: { member: 'GuildMSP', person: 'ann' } });
    expect((await guild.ports.store.get(`sha256/${work}`)).equals(bytes)).toBe(true);
  });

  test('is refused empty, of another type, and with an unknown wish', async () => {
    expect(await upload(ann, Buffer.alloc(0))).toBe(400);
    expect(await upload(ann, Buffer.from('x'), '', 'text/plain')).toBe(400);
    expect(await upload(ann, Buffer.from('x'), '?public=perhaps')).toBe(400);
  });

  test('goes to a licensee, who keeps it sealed, and to nobody after the licence is revoked', async () => {
    const work = await register('Thy eternal summer shall not fade');
    expect(await read(lab, trainer, work)).toMatchObject({ status: 403 });
    await license(work, 'summer');
    expect(await read(lab, trainer, work)).toEqual({ status: 200, text: 'Thy eternal summer shall not fade' });
    expect(await read(lab, trainer, work)).toMatchObject({ status: 200 });
    for (const object of lab.bucket.objects.values()) expect(object.includes('eternal summer')).toBe(false);
    expect(await atPeer('ArchiveMSP', work)).toBe(403);
    expect(await atPeer('LabMSP', work)).toBe(200);
    expect(await log(work)).toMatchObject([
      { member: 'LabMSP', ground: { kind: 'licence', licence: 'summer' } },
      { member: 'LabMSP', ground: { kind: 'licence', licence: 'summer' } },
    ]);
    expect((await guild.call(ann, 'POST', '/v1/licences/summer/revoke', {})).body).toMatchObject({ state: 'revoked' });
    expect(await read(lab, trainer, work)).toMatchObject({ status: 403 });
    expect(await atPeer('LabMSP', work)).toBe(403);
    expect(await log(work)).toHaveLength(2);
  });

  test('is read under a grant from its beginning to its end', async () => {
    const work = await register('Nor lose possession of that fair thou owest');
    const until = Date.now() + 100_000;
    const request = { grant: 'reading', subject: { kind: 'work', work }, purpose: 'a concordance', until };
    expect((await lab.call(trainer, 'POST', '/v1/grants', request)).body).toMatchObject({ state: 'requested' });
    expect(await atPeer('LabMSP', work)).toBe(403);
    const decide = '/v1/grants/reading/decide';
    expect((await guild.call(will, 'POST', decide, { approve: true })).body['code']).toBe('not_authorised');
    const soon = Date.now() + 1_500;
    expect((await guild.call(ann, 'POST', decide, { approve: true, until: soon })).body).toMatchObject({
      state: 'granted',
      until: soon,
    });
    expect(await read(lab, trainer, work)).toMatchObject({ status: 200 });
    expect(await log(work)).toMatchObject([{ ground: { kind: 'grant', grant: 'reading' } }]);
    await new Promise((resolve) => setTimeout(resolve, soon - Date.now() + 20));
    expect(await atPeer('LabMSP', work)).toBe(403);
    expect(await read(lab, trainer, work)).toMatchObject({ status: 403 });
    expect((await guild.call(ann, 'GET', '/v1/grants/reading')).body).toMatchObject({ state: 'granted' });
    const watcher = ({ mspId, ports }: TestMember) =>
      new WatchConsent({ own: mspId }, { ...ports, standing: new ConsentStanding({}, ports) });
    for (const stranger of [lab, archive]) await watcher(stranger).run();
    expect((await guild.call(ann, 'GET', '/v1/grants/reading')).body).toMatchObject({ state: 'granted' });
    await watcher(guild).run();
    expect((await guild.call(ann, 'GET', '/v1/grants/reading')).body).toMatchObject({ state: 'expired' });
    const expired = await archive.call((await archive.key('auditor', 'a')).key, 'POST', '/v1/grants/reading/expire');
    expect(expired.body).toMatchObject({ state: 'expired' });
  });

  test('a grant to oneself is refused', async () => {
    const work = await register('Rough winds do shake the darling buds of May');
    const steward = (await guild.key('steward', 'steward')).key;
    const request = { grant: 'own', subject: { kind: 'work', work }, purpose: 'mine', until: null };
    expect((await guild.call(steward, 'POST', '/v1/grants', request)).body['code']).toBe('invalid_argument');
  });

  test('an item of a dataset version goes to whoever has a grant on that version', async () => {
    const text = 'an item that was taken from a work';
    const work = await register('Sometime too hot the eye of heaven shines', {
      preference: { generative_training: 'allowed' },
    });
    const digest = sha256Hex(text);
    const item = { digest, work, spdx: 'CC-BY-4.0', bytes: text.length, tokens: 8 };
    await consortium.consortium.seals('taken', 1, [item]);
    await archive.ports.store.put(`sha256/${digest}`, Buffer.from(text));
    // A member that does not answer might have it.
    const refused = { status: 503, text: expect.stringContaining('"unavailable"') as string };
    expect(await read(lab, trainer, digest)).toMatchObject(refused);
    const subject = { kind: 'dataset', dataset: 'taken', version: 1 };
    const request = { grant: 'taken', subject, purpose: 'training', until: null };
    await lab.call(trainer, 'POST', '/v1/grants', request);
    const steward = (await archive.key('steward', 'steward')).key;
    const granted = await archive.call(steward, 'POST', '/v1/grants/taken/decide', { approve: true });
    expect(granted.body).toMatchObject({ state: 'granted' });
    expect(await read(lab, trainer, digest)).toEqual({ status: 200, text });
    await guild.call(ann, 'POST', `/v1/artworks/${work}/withdraw`, {});
    expect(await read(lab, trainer, digest)).toMatchObject(refused);
    const asked = await fetch(`${consortium.peerApis.get('ArchiveMSP')!}/peer/v1/content/${digest}`, {
      headers: { [NEIGHBOUR_HEADER]: 'LabMSP' },
    });
    expect(asked.status).toBe(404);
  });

  test('an object that was exchanged in the bucket is found, and the reader gets nothing false', async () => {
    const work = await register('And every fair from fair sometime declines');
    await license(work, 'fair');
    const [name] = [...guild.bucket.objects.keys()].filter((key) => key.startsWith(`sealed/${work}`));
    guild.bucket.objects.set(name!, Buffer.from(guild.bucket.objects.get(name!)!).fill(7, 20, 30));
    const { status, text } = await read(lab, trainer, work);
    expect([status, (JSON.parse(text) as { code: string }).code]).toEqual([503, 'unavailable']);
    expect(text).not.toContain('fair from fair');
  });

  test('the access log is for administrators and auditors, page by page', async () => {
    expect((await guild.call(ann, 'GET', '/v1/access-log')).status).toBe(403);
    const page = (await guild.call(auditor, 'GET', '/v1/access-log?limit=2')).body as {
      data: { id: number }[];
      after: string;
    };
    expect(page.data).toHaveLength(2);
    const next = await guild.call(auditor, 'GET', `/v1/access-log?limit=2&after=${page.after}`);
    expect((next.body['data'] as { id: number }[])[0]!.id).toBeLessThan(page.data[1]!.id);
    expect((await guild.call(auditor, 'GET', '/v1/access-log?after=0')).body['code']).toBe('invalid_argument');
  });

  test('erasure: copies are destroyed everywhere, each member attests it, and one statement says so', async () => {
    const text = 'By chance or nature’s changing course untrimmed';
    const work = await register(text);
    await license(work, 'untrimmed');
    expect((await read(lab, trainer, work)).status).toBe(200);
    const path = `/v1/artworks/${work}/erasure`;
    expect((await guild.call(ann, 'GET', path)).status).toBe(404);
    for (const [member, key] of [
      [guild, will],
      [lab, (await lab.key('admin', 'chair')).key],
    ] as const)
      expect((await member.call(key, 'POST', `/v1/artworks/${work}/erase`, {})).body['code']).toBe('not_authorised');
    expect((await guild.call(ann, 'POST', `/v1/artworks/${work}/erase`, {})).body).toMatchObject({ work });
    const asked = (await guild.call(ann, 'GET', path)).body;
    expect(asked).toMatchObject({
      complete: false,
      members: [
        { member: 'GuildMSP', grounds: ['owner'], attestation: null, evidence: null },
        { member: 'LabMSP', grounds: ['licence untrimmed', 'read 1 times'], attestation: null },
      ],
    });
    for (const member of [guild, lab, archive]) await member.gateway.erase();
    const said = (await guild.call(ann, 'GET', path)).body;
    expect(said).toMatchObject({
      complete: true,
      members: [
        { member: 'GuildMSP', attestation: { outcome: 'destroyed', reads: 0 } },
        { member: 'LabMSP', attestation: { outcome: 'destroyed', reads: 1 } },
      ],
    });
    for (const { bucket, ports } of [guild, lab]) {
      expect([...bucket.objects.keys()].filter((key) => key.includes(work))).toEqual([]);
      await expect(ports.store.get(`sha256/${work}`)).rejects.toThrowWithCode('not_found');
    }
    expect((await read(lab, trainer, work)).text).toContain('wrong_state');
    expect(await upload(ann, Buffer.from(text))).toBe(409);
    const submitted = consortium.ledger.submitted.length;
    for (const member of [guild, lab, archive]) await member.gateway.erase();
    expect(consortium.ledger.submitted).toHaveLength(submitted);
  });

  test('a gateway that was down destroys its copy when it is back', async () => {
    const work = await register('When in eternal lines to time thou growest');
    await license(work, 'lines');
    expect((await read(lab, trainer, work)).status).toBe(200);
    await guild.call(ann, 'POST', `/v1/artworks/${work}/erase`, {});
    const back = await consortium.gateway('LabMSP', 'back');
    await back.ports.store.put(`sha256/${work}`, Buffer.from('a copy'));
    await back.gateway.erase();
    expect(await back.ports.store.size(`sha256/${work}`)).toBeUndefined();
    const attestation = await guild.call(ann, 'GET', `/v1/erasures/${work}/attestations/LabMSP`);
    expect(attestation.body).toMatchObject({ outcome: 'destroyed' });
  });

  test('an irrevocable licence keeps a copy, and the statement says so', async () => {
    const work = await register('So long lives this, and this gives life to thee');
    await license(work, 'for-good', { irrevocable: true });
    expect((await read(lab, trainer, work)).status).toBe(200);
    await guild.call(ann, 'POST', `/v1/artworks/${work}/erase`, {});
    for (const member of [guild, lab]) await member.gateway.erase();
    expect((await guild.call(ann, 'GET', `/v1/artworks/${work}/erasure`)).body).toMatchObject({
      complete: false,
      members: [
        { member: 'GuildMSP', attestation: { outcome: 'destroyed' } },
        { member: 'LabMSP', attestation: { outcome: 'retained', licence: 'for-good' } },
      ],
    });
    expect(await lab.ports.store.size(`sha256/${work}`)).toBeGreaterThan(0);
  });

  test('a steward seals a new version without a work', async () => {
    const allowed = { preference: { generative_training: 'allowed' } };
    const [keep, leave] = [await register('one to keep', allowed), await register('one to leave', allowed)];
    const steward = (await archive.key('steward', 'steward')).key;
    await archive.call(steward, 'POST', '/v1/datasets', { dataset: 'thinned', title: 'thinned', purpose: 'verses' });
    const items = [keep, leave].map((work) => ({ work, spdx: 'CC-BY-4.0' }));
    const path = '/v1/datasets/thinned/versions';
    expect((await archive.call(steward, 'POST', path, { version: 1, items })).status).toBe(201);
    await guild.call(ann, 'POST', `/v1/artworks/${leave}/withdraw`, {});
    const wrong = await archive.call(steward, 'POST', path, { version: 2, from: 1, without: [keep] });
    expect(wrong.body['code']).toBe('consent_missing');
    const strange = await archive.call(steward, 'POST', path, { version: 2, from: 1, without: ['0'.repeat(64)] });
    expect(strange.body['code']).toBe('invalid_argument');
    const nothing = await archive.call(steward, 'POST', path, { version: 2, from: 1, without: [keep, leave] });
    expect(nothing.body['code']).toBe('invalid_argument');
    // An endorser that does not have the pages yet has them in a moment.
    let behind = 2;
    consortium.ledger.faults.before = (name) => {
      if (name === 'datasets:seal' && behind-- > 0)
        throw new LlmchainError('not_found', 'There is no dataset-page.', { type: 'dataset-page' });
    };
    const sealed = await archive.call(steward, 'POST', path, { version: 2, from: 1, without: [leave] });
    consortium.ledger.faults.before = undefined;
    expect(behind).toBe(-1);
    expect([sealed.status, sealed.body['items']]).toEqual([201, 1]);
  });
});
