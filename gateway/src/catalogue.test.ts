import { sha256Hex } from '@llmchain/protocol';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import { TestPostgres } from '../../test/support/postgres';

const HERS = sha256Hex('hers');

interface Entry {
  kind: string;
  id: string;
  obtain: { method: string; path: string; roles: string[] };
  [field: string]: unknown;
}

describe('the catalogue', () => {
  let postgres: TestPostgres;
  let consortium: GatewayConsortium;
  let guild: TestMember;
  let archive: TestMember;
  let artist: string;
  let reader: string;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    consortium = await GatewayConsortium.start(postgres, 'GuildMSP', 'ArchiveMSP');
    guild = consortium.members.get('GuildMSP')!;
    archive = consortium.members.get('ArchiveMSP')!;
    consortium.workers.get('ComputeMSP')!.loaded = [{ model: 'poet', version: 1 }];
    artist = (await guild.key('artist', 'ann')).key;
    reader = (await archive.key('auditor', 'reader')).key;
  }, 60_000);
  afterAll(async () => {
    await consortium.stop();
    await postgres.stop();
  });

  const browse = (query = '') => archive.call(reader, 'GET', `/v1/catalogue${query}`);
  const entries = async (query = ''): Promise<Entry[]> => (await browse(query)).body['data'] as Entry[];
  const offers = (licence: string, price = 25) =>
    guild.call(artist, 'POST', '/v1/licences', {
      ...{ licence, works: [HERS], licensee: '*', uses: ['generative_training'] },
      ...{ from: 0, until: null, price, weight: 100 },
    });

  test('says what can be had, at what price, and by which route', async () => {
    expect((await offers('hers-lent')).status).toBe(201);
    const sale = { sale: 'hers-half', work: HERS, seller: 'artist:GuildMSP:ann', share: 5_000, ownership: false };
    expect((await guild.call(artist, 'POST', '/v1/sales', { ...sale, price: 900, until: null })).status).toBe(201);
    const { status, body } = await browse();
    expect([status, body['complete'], body['asOf']]).toEqual([200, true, { block: 7, time: 1_700_000_000_000 }]);
    expect((body['data'] as Entry[]).map(({ kind, id, obtain }) => [kind, id, obtain.method, obtain.path])).toEqual([
      ['dataset', 'verses@1', 'POST', '/v1/training/jobs'],
      ['licence', 'hers-lent', 'POST', '/v1/licences/hers-lent/accept'],
      ['model', 'poet@1', 'GET', '/v1/models/poet/versions/1'],
      ['sale', 'hers-half', 'POST', '/v1/sales/hers-half/buy'],
      ['service', 'poet@1', 'POST', '/v1/keys'],
    ]);
    expect(await entries('?kind=licence')).toMatchObject([
      { title: 'hers', titles: [{ id: HERS, title: 'hers' }], price: 25, member: 'GuildMSP', person: 'ann', works: 1 },
    ]);
    expect(await entries('?kind=service')).toMatchObject([{ stands: true, servedBy: ['ComputeMSP'] }]);
  });

  test('every way to have something is a route, for those roles', async () => {
    const steward = (await archive.key('steward', 'buyer')).key;
    const [offer] = await entries('?kind=licence');
    const accepted = await archive.call(steward, offer!.obtain.method, offer!.obtain.path, {});
    expect([accepted.status, accepted.body['acceptedBy']]).toEqual([200, 'ArchiveMSP']);
    expect(offer!.obtain.roles).toContain('steward');
    expect(await entries('?kind=licence')).toEqual([]);
    const [model] = await entries('?kind=model');
    expect((await archive.call(reader, 'GET', model!.obtain.path)).status).toBe(200);
  });

  test('a service is not offered while consent does not stand; the model is, and says so', async () => {
    const prefers = (preference: object) =>
      guild.call(artist, 'PUT', `/v1/artworks/${HERS}/preference`, { preference });
    await prefers({});
    expect(await entries('?kind=service')).toEqual([]);
    expect(await entries('?kind=model')).toMatchObject([{ stands: false, servedBy: ['ComputeMSP'] }]);
    await prefers({ generative_training: 'allowed' });
    expect(await entries('?kind=service')).toHaveLength(1);
  });

  test('page by page', async () => {
    for (const licence of ['l1', 'l2', 'l3']) await offers(licence);
    const first = (await browse('?kind=licence&limit=2')).body;
    expect((first['data'] as Entry[]).map(({ id }) => id)).toEqual(['l1', 'l2']);
    const second = (await browse(`?kind=licence&limit=2&after=${String(first['after'])}`)).body;
    expect((second['data'] as Entry[]).map(({ id }) => id)).toEqual(['l3']);
    expect(second).not.toHaveProperty('after');
  });

  test.each([
    '?kind=people',
    '?use=anything',
    '?maxPrice=-1',
    '?maxPrice=cheap',
    '?medium=stone',
    '?text=%00',
    '?member=not%20a%20member',
    '?limit=0',
    '?after=bGljZW5jZQ',
    `?after=${Buffer.from("sale/x' OR 1=1/0").toString('base64url')}`,
    '?unknown=1',
  ])('refuses %s', async (query) => {
    const { status, body } = await browse(query);
    expect([status, body['code']]).toEqual([400, 'invalid_argument']);
  });
});
