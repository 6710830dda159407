import { royaltyTable, sha256Hex } from '@llmchain/protocol';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import { NEIGHBOUR_HEADER } from '../../test/support/gateway-peers';
import { TestPostgres } from '../../test/support/postgres';

const TEXTS = ['Shall I compare thee to a summer’s day?', 'Thou art more lovely and more temperate'];
const WORKS = TEXTS.map((text) => sha256Hex(text));
const DAY = 86_400_000;
const at = '/v1/datasets/lines/versions/1';

interface Held {
  digest: string;
  holders: { member: string; node: string }[];
  holdings: { member: string; node: string; state: string; reason?: string }[];
}

describe('shards and rewards over HTTP', () => {
  let postgres: TestPostgres;
  let consortium: GatewayConsortium;
  let [guild, archive, lab] = [] as unknown as [TestMember, TestMember, TestMember];
  const keys = {} as Record<'ann' | 'will' | 'steward' | 'trainer' | 'admin' | 'auditor', string>;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    consortium = await GatewayConsortium.start(postgres, 'GuildMSP', 'ArchiveMSP', 'LabMSP');
    [guild, archive, lab] = ['GuildMSP', 'ArchiveMSP', 'LabMSP'].map((member) => consortium.members.get(member)!) as [
      TestMember,
      TestMember,
      TestMember,
    ];
    keys.ann = (await guild.key('artist', 'ann')).key;
    keys.will = (await guild.key('artist', 'will')).key;
    keys.steward = (await archive.key('steward', 'keeper')).key;
    keys.trainer = (await lab.key('trainer', 'trainer')).key;
    keys.admin = (await archive.key('admin', 'admin')).key;
    keys.auditor = (await archive.key('auditor', 'auditor')).key;
    for (const [index, person] of (['ann', 'will'] as const).entries()) {
      const content = { text: TEXTS[index] };
      const creators = [{ person, share: 10_000 }];
      const preference = { generative_training: 'allowed' };
      const works = [{ title: person, medium: 'text', creators, preference, content }];
      expect((await guild.call(keys[person], 'POST', '/v1/artworks', { works })).status).toBe(201);
    }
    await archive.call(keys.steward, 'POST', '/v1/datasets', { dataset: 'lines', title: 'Lines', purpose: 'Reading' });
    const items = WORKS.map((work) => ({ work, spdx: 'CC0-1.0' }));
    const sealed = await archive.call(keys.steward, 'POST', '/v1/datasets/lines/versions', { version: 1, items });
    expect(sealed.status).toBe(201);
  }, 60_000);
  afterAll(async () => {
    await consortium.stop();
    await postgres.stop();
  });

  const shards = async (): Promise<Held[]> =>
    (await guild.call(keys.ann, 'GET', `${at}/shards`)).body['data'] as Held[];
  const grant = async (id: string): Promise<void> => {
    const subject = { kind: 'dataset', dataset: 'lines', version: 1 };
    const asked = await lab.call(keys.trainer, 'POST', '/v1/grants', { grant: id, subject, purpose: 'x', until: null });
    expect(asked.status).toBe(201);
    const given = await archive.call(keys.steward, 'POST', `/v1/grants/${id}/decide`, { approve: true });
    expect(given.body).toMatchObject({ state: 'granted' });
  };
  const fromArchive = async (member: string, digest: string): Promise<number> =>
    (
      await fetch(`${consortium.peerApis.get('ArchiveMSP')!}/peer/v1/content/${digest}`, {
        headers: { [NEIGHBOUR_HEADER]: member },
      })
    ).status;
  const split = (body: object = {}) => archive.call(keys.steward, 'POST', `${at}/shards`, body);

  test('a version is split into files that its owner keeps and says that it keeps', async () => {
    const { status, body } = await split();
    expect([status, body]).toMatchObject([201, { placement: [{ member: 'ArchiveMSP', shards: [0] }] }]);
    await archive.gateway.keepShards();
    const [held] = await shards();
    expect(held).toMatchObject({
      holders: [{ member: 'ArchiveMSP', node: 'storage' }],
      holdings: [{ member: 'ArchiveMSP', node: 'storage', state: 'held' }],
    });
    for (const object of archive.bucket.objects.values()) expect(object.includes('summer')).toBe(false);
    const file = await archive.ports.store.get(`sha256/${held!.digest}`);
    expect(file.includes(TEXTS[0]!)).toBe(true);
    const read = await archive.call(keys.auditor, 'GET', `/v1/access-log?work=${WORKS[0]!}`);
    expect(read.body['data']).toMatchObject([{ content: WORKS[0], ground: { kind: 'preference' } }]);
  });

  test('nobody gets a shard without a grant and a place', async () => {
    const [{ digest }] = (await shards()) as [Held];
    expect(await fromArchive('LabMSP', digest)).toBe(403);
    expect((await split({ replicas: 2 })).body).toMatchObject({ code: 'invalid_argument' });
    await grant('to-read');
    expect(await fromArchive('LabMSP', digest)).toBe(403);
    expect(await fromArchive('GuildMSP', digest)).toBe(403);
  });

  test('a member with a grant fetches what is placed on it, checks it, and says that it holds it', async () => {
    const { body } = await split({ replicas: 2 });
    expect(body).toMatchObject({
      placement: [{ member: 'ArchiveMSP' }, { member: 'LabMSP', node: 'storage', shards: [0] }],
    });
    await lab.gateway.keepShards();
    const [held] = await shards();
    expect(held!.holdings.map(({ member, state }) => [member, state])).toEqual([
      ['ArchiveMSP', 'held'],
      ['LabMSP', 'held'],
    ]);
    const log = await archive.call(keys.auditor, 'GET', `/v1/access-log?work=${WORKS[1]!}`);
    expect(log.body['data']).toContainEqual(
      expect.objectContaining({ member: 'LabMSP', content: held!.digest, ground: { kind: 'grant', grant: 'to-read' } }),
    );
    for (const object of lab.bucket.objects.values()) expect(object.includes('summer')).toBe(false);
    const own = await fetch(`${lab.url}/v1/content/${held!.digest}`, {
      headers: { authorization: `Bearer ${keys.trainer}` },
    });
    expect([own.status, (await own.text()).includes(TEXTS[1]!)]).toEqual([200, true]);
  });

  test('nodes are listed with what is placed on them, and are their operators’ to change', async () => {
    const { body } = await guild.call(keys.ann, 'GET', '/v1/nodes?owner=LabMSP');
    expect(body['data']).toMatchObject([
      { member: 'LabMSP', node: 'storage', state: 'active', placed: expect.any(Number) as number },
    ]);
    const operator = (await lab.key('operator', 'operator')).key;
    const change = { node: 'spare', kind: 'training', capacity: 5, state: 'draining' };
    expect((await lab.call(operator, 'POST', '/v1/nodes', change)).status).toBe(201);
    expect((await guild.call(keys.ann, 'GET', '/v1/nodes/LabMSP/spare')).body).toMatchObject(change);
    expect((await lab.call(keys.trainer, 'POST', '/v1/nodes', change)).status).toBe(403);
    expect((await lab.call(operator, 'POST', '/v1/nodes', { ...change, capacity: 0 })).body).toMatchObject({
      code: 'invalid_argument',
    });
  });

  test('the owner gives up no copy for a node of its own that has not come to hold it', async () => {
    const [{ digest }] = (await shards()) as [Held];
    const attic = { node: 'attic', kind: 'storage', capacity: 10 ** 12, state: 'active' };
    expect((await archive.call(keys.admin, 'POST', '/v1/nodes', attic)).status).toBe(201);
    expect((await split({ replicas: 2 })).body).toMatchObject({ placement: [{ node: 'attic' }, { member: 'LabMSP' }] });
    await archive.gateway.keepShards();
    expect(await archive.ports.store.size(`sha256/${digest}`)).toBeGreaterThan(0);
    await archive.call(keys.admin, 'POST', '/v1/nodes', { ...attic, state: 'gone' });
    expect((await split({ replicas: 2 })).body).toMatchObject({
      placement: [{ node: 'storage' }, { member: 'LabMSP' }],
    });
    await archive.gateway.keepShards();
    expect((await shards())[0]!.holdings[0]).toMatchObject({ member: 'ArchiveMSP', node: 'storage', state: 'held' });
  });

  test('a copy that was lost is told, and fetched again', async () => {
    const [{ digest }] = (await shards()) as [Held];
    await lab.ports.store.remove(`sha256/${digest}`);
    await lab.gateway.keepShards();
    consortium.ledger.watchers.forEach((watch) => {
      watch();
    });
    await lab.gateway.keepShards();
    expect((await shards())[0]!.holdings[1]).toMatchObject({ member: 'LabMSP', state: 'held' });
    expect(await lab.ports.store.size(`sha256/${digest}`)).toBeGreaterThan(0);
  });

  test('money for contributors is set aside, each has their part, and the others’ goes back', async () => {
    const until = Date.now() + DAY;
    const order = { reward: 'thanks', amount: 1_001, until };
    const funded = await archive.call(keys.admin, 'POST', `${at}/rewards`, order);
    expect([funded.status, funded.body]).toMatchObject([201, { state: 'open', payer: 'member:ArchiveMSP' }]);
    const table = royaltyTable(
      TEXTS.map((text, index) => ({
        shares: [{ holder: `artist:GuildMSP:${index === 0 ? 'ann' : 'will'}` as const, share: 10_000 }],
        tokens: Buffer.byteLength(text),
        weight: 1,
      })),
    );
    const total = table.reduce((sum, { share }) => sum + share, 0);
    const part = Math.floor((1_001 * table[0]!.share) / total);
    const had = await guild.call(keys.ann, 'POST', '/v1/rewards/thanks/claim');
    expect(had.body).toMatchObject({ payee: 'artist:GuildMSP:ann', amount: part });
    const again = await guild.call(keys.ann, 'POST', '/v1/rewards/thanks/claim', {});
    expect(again.body).toMatchObject({ amount: part, transaction: expect.any(String) as string });
    const other = { operationId: 'another-claim', payee: 'artist:GuildMSP:ann' };
    expect((await guild.call(keys.ann, 'POST', '/v1/rewards/thanks/claim', other)).body).toMatchObject({
      code: 'wrong_state',
    });
    const nobody = await lab.call((await lab.key('admin', 'admin')).key, 'POST', '/v1/rewards/thanks/claim', {});
    expect(nobody.body).toMatchObject({ code: 'not_found' });
    const early = await archive.call(keys.admin, 'POST', '/v1/rewards/thanks/recover', {});
    expect(early.body).toMatchObject({ code: 'wrong_state' });
    const claims = await guild.call(keys.ann, 'GET', '/v1/rewards/thanks/claims');
    expect(claims.body['data']).toMatchObject([{ payee: 'artist:GuildMSP:ann', amount: part }]);
  });

  test('after shares were sold, a payee’s part is found in the table that was frozen', async () => {
    const sale = { sale: 'half', work: WORKS[1], seller: 'artist:GuildMSP:will', share: 5_000, ownership: false };
    const more = { price: 5, until: null };
    expect((await guild.call(keys.will, 'POST', '/v1/sales', { ...sale, ...more })).status).toBe(201);
    await lab.call((await lab.key('admin', 'buyer')).key, 'POST', '/v1/sales/half/buy', { account: 'member:LabMSP' });
    const had = await guild.call(keys.will, 'POST', '/v1/rewards/thanks/claim', {});
    expect([had.status, had.body]).toMatchObject([200, { payee: 'artist:GuildMSP:will' }]);
  });

  test('an erasure destroys every shard that holds the work, and each member says so', async () => {
    const [{ digest }] = (await shards()) as [Held];
    expect((await guild.call(keys.ann, 'POST', `/v1/artworks/${WORKS[0]!}/erase`, {})).body).toMatchObject({
      work: WORKS[0],
    });
    for (const member of [guild, archive, lab]) await member.gateway.erase();
    for (const member of [archive, lab])
      expect([member.mspId, await member.ports.store.size(`sha256/${digest}`)]).toEqual([member.mspId, undefined]);
    for (const member of [archive, lab]) await member.gateway.keepShards();
    expect((await shards())[0]!.holdings).toMatchObject([
      { member: 'ArchiveMSP', state: 'released', reason: 'erased' },
      { member: 'LabMSP', state: 'released', reason: 'erased' },
    ]);
    expect(await fromArchive('LabMSP', digest)).toBe(404);
    const statement = await guild.call(keys.ann, 'GET', `/v1/artworks/${WORKS[0]!}/erasure`);
    const said = statement.body['members'] as { member: string; attestation: { outcome: string } | null }[];
    expect(said.find(({ member }) => member === 'LabMSP')?.attestation?.outcome).toBe('destroyed');
  });
});
