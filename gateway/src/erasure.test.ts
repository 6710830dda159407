import { sha256Hex } from '@llmchain/protocol';
import sharp from 'sharp';
import { pack } from 'tar-stream';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import { TestPostgres } from '../../test/support/postgres';

const ALLOWED = { generative_training: 'allowed' };

describe('erasure reaches what was taken from a work', () => {
  let postgres: TestPostgres;
  let consortium: GatewayConsortium;
  let guild: TestMember;
  let archive: TestMember;
  let lab: TestMember;
  let ann: string;
  let will: string;
  let steward: string;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    consortium = await GatewayConsortium.start(postgres, 'GuildMSP', 'ArchiveMSP', 'LabMSP');
    [guild, archive, lab] = ['GuildMSP', 'ArchiveMSP', 'LabMSP'].map((member) => consortium.members.get(member)!) as [
      TestMember,
      TestMember,
      TestMember,
    ];
    [ann, will] = [(await guild.key('artist', 'ann')).key, (await guild.key('artist', 'will')).key];
    steward = (await archive.key('steward', 'steward')).key;
    const dataset = { dataset: 'moons', title: 'Moons', purpose: 'Looking' };
    expect((await archive.call(steward, 'POST', '/v1/datasets', dataset)).status).toBe(201);
  }, 30_000);
  afterAll(async () => {
    await consortium.stop();
    await postgres.stop();
  });

  const register = async (text: string, more: object = {}, key = ann): Promise<string> => {
    const person = key === ann ? 'ann' : 'will';
    const work = { title: text, creators: [{ person, share: 10_000 }], medium: 'text', preference: ALLOWED };
    const works = [{ ...work, content: { text }, ...more }];
    const { status, body } = await guild.call(key, 'POST', '/v1/artworks', { works });
    expect([status, body]).toMatchObject([201, {}]);
    return sha256Hex(text);
  };
  const erase = async (work: string): Promise<void> => {
    expect((await guild.call(ann, 'POST', `/v1/artworks/${work}/erase`, {})).status).toBe(200);
  };
  const eraseEverywhere = async (): Promise<void> => {
    for (const member of [guild, archive, lab]) await member.gateway.erase();
  };
  const said = (work: string, member: string) =>
    guild.call(ann, 'GET', `/v1/erasures/${work}/attestations/${member}`).then(({ body }) => body);
  const image = (red: number): Promise<Buffer> =>
    sharp({ create: { width: 32, height: 32, channels: 3, background: { r: red, g: 0, b: 0 } } })
      .png()
      .toBuffer();
  /** Images with captions, each of a work. */
  const ingest = async (
    images: readonly { work: string; caption: string; content: Buffer }[],
  ): Promise<{
    status: number;
    body: { digests: string[]; manifest: string; annotations: string[]; code?: string };
  }> => {
    const tar = pack();
    const records = images.map(({ work, caption }, n) => ({ file_name: `${n}.png`, text: caption, work }));
    tar.entry({ name: 'metadata.jsonl' }, records.map((record) => JSON.stringify(record)).join('\n'));
    for (const [n, { content }] of images.entries()) tar.entry({ name: `${n}.png` }, content);
    tar.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of tar) chunks.push(chunk as Buffer);
    const response = await fetch(`${archive.url}/v1/datasets/moons/ingest?format=tar`, {
      method: 'POST',
      headers: { authorization: `Bearer ${steward}`, 'content-type': 'application/x-tar' },
      body: Buffer.concat(chunks),
    });
    return { status: response.status, body: (await response.json()) as never };
  };
  const VERSIONS = '/v1/datasets/moons/versions';
  const layerOf = (address: string): string => address.slice('sha256/'.length);

  test('items and captions go with it, and stay of other works; the next version has what is left', async () => {
    const [mine, other] = [await register('a moon that goes'), await register('a moon that stays')];
    const [gone, stays] = [await image(10), await image(200)];
    const { body } = await ingest([
      { work: mine, caption: 'it will go', content: gone },
      { work: other, caption: 'it will stay', content: stays },
    ]);
    expect(body.digests).toEqual([gone, stays].map((bytes) => sha256Hex(bytes)));
    const [layer] = body.annotations.map(layerOf);
    const order = { version: 1, manifests: [body.manifest], annotations: [layer] };
    expect((await archive.call(steward, 'POST', VERSIONS, order)).status).toBe(201);

    await erase(mine);
    await eraseEverywhere();
    const { store } = archive.ports;
    await expect(store.get(`sha256/${sha256Hex(gone)}`)).rejects.toThrowWithCode('not_found');
    await expect(store.get(`sha256/${layer}`)).rejects.toThrowWithCode('not_found');
    expect((await store.get(`sha256/${sha256Hex(stays)}`)).equals(stays)).toBe(true);
    expect(await said(mine, 'ArchiveMSP')).toMatchObject({ outcome: 'destroyed', derived: 2 });
    const statement = await guild.call(ann, 'GET', `/v1/artworks/${mine}/erasure`);
    expect(statement.body).toMatchObject({
      complete: true,
      members: [
        { member: 'ArchiveMSP', grounds: ['dataset moons@1'], attestation: { outcome: 'destroyed' } },
        { member: 'GuildMSP', grounds: ['owner'] },
      ],
    });

    const next = await archive.call(steward, 'POST', VERSIONS, { version: 2, from: 1, without: [mine] });
    expect([next.status, next.body['items']]).toEqual([201, 1]);
    const [left] = next.body['annotations'] as string[];
    expect((await store.get(`sha256/${left}`)).toString()).toContain('it will stay');
    expect((await store.get(`sha256/${left}`)).toString()).not.toContain('it will go');
    // Of the other work the layer in the place of the first is found in its turn.
    await erase(other);
    await eraseEverywhere();
    await expect(store.get(`sha256/${left}`)).rejects.toThrowWithCode('not_found');
    expect(await said(other, 'ArchiveMSP')).toMatchObject({ outcome: 'destroyed', derived: 2 });
  });

  test('what was ingested and never sealed goes, too, and is not taken in again', async () => {
    const work = await register('a moon that nobody sealed');
    const content = await image(90);
    const order = [{ work, caption: 'alone', content }];
    const { body } = await ingest(order);
    await erase(work);
    await eraseEverywhere();
    await expect(archive.ports.store.get(`sha256/${sha256Hex(content)}`)).rejects.toThrowWithCode('not_found');
    await expect(archive.ports.store.get(body.annotations[0]!)).rejects.toThrowWithCode('not_found');
    expect(await said(work, 'ArchiveMSP')).toMatchObject({ outcome: 'destroyed', derived: 2 });
    const again = await ingest(order);
    expect([again.status, again.body.code]).toEqual([409, 'wrong_state']);
    expect(await archive.ports.store.size(`sha256/${sha256Hex(content)}`)).toBeUndefined();
    const works = [{ title: 'again', creators: [{ person: 'ann', share: 10_000 }], medium: 'text', preference: {} }];
    const registered = await guild.call(ann, 'POST', '/v1/artworks', {
      works: works.map((entry) => ({ ...entry, content: { text: 'a moon that nobody sealed' } })),
    });
    expect([registered.status, registered.body['code']]).toEqual([409, 'wrong_state']);
    expect(await guild.ports.store.size(`sha256/${work}`)).toBeUndefined();
  });

  test('a work made from it stays its owner’s, who is told', async () => {
    const work = await register('a sun');
    const text = 'a sun, in another light';
    const made = await register(text, { derivedFrom: work, preference: ALLOWED }, will);
    const item = { digest: made, work, spdx: 'CC0-1.0', bytes: text.length, tokens: 5 };
    await consortium.consortium.seals('suns', 1, [item]);
    await archive.ports.store.put(`sha256/${made}`, Buffer.from(text));
    const notices = async (key: string) =>
      ((await guild.call(key, 'GET', '/v1/notices')).body['data'] as { work: { sha256: string } }[]).map(
        (notice) => notice.work.sha256,
      );
    expect(await notices(will)).toEqual([]);
    await erase(work);
    await eraseEverywhere();
    expect(await notices(will)).toEqual([made]);
    expect(await notices(ann)).toEqual([]);
    expect((await archive.ports.store.get(`sha256/${made}`)).toString()).toBe(text);
    expect((await guild.ports.store.get(`sha256/${made}`)).toString()).toBe(text);
    expect((await guild.call(ann, 'GET', `/v1/artworks/${work}/erasure`)).body).toMatchObject({
      madeFrom: [{ work: made, owner: { member: 'GuildMSP', person: 'will' } }],
    });
  });

  test('a gateway that is killed between key and object finishes when it is back', async () => {
    const text = 'a star';
    const work = await register(text);
    const removeAll = guild.bucket.removeAll.bind(guild.bucket);
    guild.bucket.removeAll = () => Promise.reject(new Error('killed'));
    await erase(work);
    await expect(guild.gateway.erase()).rejects.toThrow('killed');
    const left = [...guild.bucket.objects.keys()].filter((key) => key.includes(work));
    expect(left).toHaveLength(1);
    await expect(guild.ports.store.get(`sha256/${work}`)).rejects.toThrowWithCode('not_found');
    guild.bucket.removeAll = removeAll;
    await guild.gateway.erase();
    expect([...guild.bucket.objects.keys()].filter((key) => key.includes(work))).toEqual([]);
    expect(await said(work, 'GuildMSP')).toMatchObject({ outcome: 'destroyed' });
  });

  test('a copy that is on its way when the erasure comes does not stay', async () => {
    const work = await register('a comet');
    const trainer = (await lab.key('trainer', 'trainer')).key;
    const putStream = lab.bucket.putStream.bind(lab.bucket);
    lab.bucket.putStream = async (...args) => {
      lab.bucket.putStream = putStream;
      await erase(work);
      await lab.gateway.erase();
      return putStream(...args);
    };
    const read = await fetch(`${lab.url}/v1/content/${work}`, { headers: { authorization: `Bearer ${trainer}` } });
    expect([read.status, ((await read.json()) as { code: string }).code]).toEqual([409, 'wrong_state']);
    expect([...lab.bucket.objects.keys()].filter((key) => key.includes(work))).toEqual([]);
  });

  test('without its data key it is unreadable, also from a backup of the bucket', async () => {
    const work = await register('a nebula');
    const backup = new Map(guild.bucket.objects);
    await erase(work);
    await guild.gateway.erase();
    for (const [key, object] of backup) guild.bucket.objects.set(key, object);
    await expect(guild.ports.store.get(`sha256/${work}`)).rejects.toThrowWithCode('not_found');
    for (const object of guild.bucket.objects.values()) expect(object.includes('a nebula')).toBe(false);
    for (const key of backup.keys()) if (key.includes(work)) guild.bucket.objects.delete(key);
  });
});
