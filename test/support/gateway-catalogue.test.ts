import { createIndexer, type CatalogueOrder, type Indexer } from '@llmchain/indexer';
import { sha256Hex, type RecordOf } from '@llmchain/protocol';
import {
  block,
  BlockList,
  CHAINCODE,
  item,
  put,
  putDatasetVersion,
  putJob,
  putModel,
  putPage,
  putWork,
  rawWrite,
  transaction,
  work,
} from './blocks';
import { TestIndex } from './gateway-index';
import { TestPostgres } from './postgres';

const stamps = { createdTx: 'first', updatedTx: 'last' };
const ANN = { member: 'GuildMSP', person: 'ann' };
const licence = (name: string, works: string[], other: Partial<RecordOf<'licence'>> = {}) =>
  put('licence', [name], {
    schema: 'licence/1',
    licence: name,
    works,
    licensee: '*',
    uses: ['generative_training'],
    from: 0,
    until: null,
    price: 10,
    weight: 100,
    owner: ANN,
    state: 'offered',
    ...stamps,
    ...other,
  });
const sale = (name: string, of: string, other: Partial<RecordOf<'sale'>> = {}) =>
  put('sale', [name], {
    schema: 'sale/1',
    sale: name,
    work: of,
    seller: 'artist:GuildMSP:ann',
    share: 5_000,
    ownership: false,
    price: 700,
    until: null,
    state: 'open',
    owner: ANN,
    ...stamps,
    ...other,
  });

const ode = work('Ode an die Ärzte', 'ann', {
  preference: { generative_training: 'constrained', mining: 'allowed' },
});
const picture = work('Stiller Morgen', 'ann', { medium: 'image' });
const gone = work('gone', 'ann', { state: 'withdrawn' });
const doubted = work('doubted', 'ann', { disputes: ['d1'] });
const sold = work('sold', 'ann', {
  owner: { member: 'LabMSP' },
  formerOwners: [ANN],
  shares: [{ holder: 'member:LabMSP', share: 10_000 }],
});
const refused = work('refused', 'ann', { preference: {} });
const [odeId, pictureId] = [ode.sha256, picture.sha256];
const WORKS = [ode, picture, gone, doubted, sold, refused];
const dataset = (name: string, title: string) =>
  put('dataset', [name], {
    schema: 'dataset/1',
    dataset: name,
    title,
    purpose: 'verses',
    owner: { member: 'ArchiveMSP' },
    ...stamps,
  });

const WRITES = [
  [dataset('verses', 'Verse des Ärgers'), ...WORKS.map(putWork)],
  [putPage('verses', 1, 0, [item('Ode an die Ärzte'), item('Stiller Morgen')]), putDatasetVersion('verses', 1, 2)],
  [putJob('job', 'verses', 1)],
  [
    putModel('poet', 1, { job: 'job', dataset: 'verses', datasetVersion: 1 }, 'approved'),
    putModel('poet', 2, { job: 'job', dataset: 'verses', datasetVersion: 1 }, 'candidate'),
    putModel('poet', 10, { job: 'job', dataset: 'verses', datasetVersion: 1 }, 'approved'),
  ],
  [
    licence('both', [odeId, pictureId]),
    licence('taken', [odeId], { state: 'active', acceptedBy: 'ArchiveMSP' }),
    licence('over', [odeId], { until: 1_000 }),
    licence('running', [odeId], { until: 1_001, price: 0, uses: ['mining', 'generative_training'] }),
    licence('for-lab', [odeId], { licensee: 'LabMSP' }),
    licence('for-archive', [odeId], { licensee: 'ArchiveMSP' }),
    ...[gone, doubted, sold, refused].map(({ title, sha256 }) => licence(`of-${title}`, [odeId, sha256])),
  ],
  [
    sale('half', odeId),
    sale('whole', pictureId, { ownership: true, share: 10_000 }),
    sale('more-than-held', odeId, { share: 10_000, seller: 'artist:GuildMSP:eve' }),
    sale('to-lab', odeId, { buyer: 'member:LabMSP' }),
    sale('to-someone-of-archive', odeId, { buyer: 'artist:ArchiveMSP:eve' }),
    sale('done', odeId, { state: 'sold', soldTo: 'member:LabMSP' }),
    sale('too-late', odeId, { until: 1_000 }),
    ...[gone, doubted, sold].map(({ title, sha256 }) => sale(`of-${title}`, sha256, { ownership: true, share: 0 })),
  ],
];
const BLOCKS = [
  block(0, [transaction('', [], { id: '', endorsers: [] })]),
  ...WRITES.map((writes, at) => block(at + 1, [transaction(`artworks:${at}`, writes)])),
];
const ORDER: CatalogueOrder = {
  kinds: ['dataset', 'licence', 'model', 'sale', 'service'],
  buyer: 'ArchiveMSP',
  now: 1_000,
  served: ['poet@10', 'poet@2', 'gone@1'],
  limit: 100,
};
const EVERYTHING = [
  'dataset verses@1',
  'licence both@0',
  'licence for-archive@0',
  'licence running@0',
  'model poet@1',
  'model poet@10',
  'sale half@0',
  'sale to-someone-of-archive@0',
  'sale whole@0',
  'service poet@10',
];

describe('the catalogue, on a real Postgres and over plain records', () => {
  let postgres: TestPostgres;
  let indexer: Indexer;
  let plain: TestIndex;
  beforeAll(async () => {
    postgres = await TestPostgres.start();
    const log = { info: () => undefined, warn: () => undefined };
    indexer = createIndexer(
      { channel: 'llmchain', chaincode: CHAINCODE, member: 'archive' },
      { ledger: new BlockList(BLOCKS), pool: postgres.pool(), log },
    );
    await indexer.start();
    await indexer.waitFor(BLOCKS.length - 1, 5_000);
    plain = new TestIndex({ state: new Map(WRITES.flat().map(({ key, value }) => [key, value!])) });
  });
  afterAll(async () => {
    await indexer.stop();
    await postgres.stop();
  });

  /** What both indexes answer, which has to be the same. */
  async function found(wanted: Partial<CatalogueOrder>): Promise<string[]> {
    const order = { ...ORDER, ...wanted };
    const [real, fake] = await Promise.all([indexer.catalogue(order), plain.catalogue(order)]);
    expect({ rows: real.rows, next: real.next }).toEqual({ rows: fake.rows, next: fake.next });
    return real.rows.map(({ kind, name, version }) => `${kind} ${name}@${version}`);
  }

  test('everything that the member can have, and nothing that the chaincode would refuse it', async () => {
    expect(await found({})).toEqual(EVERYTHING);
    const { asOf, complete } = await indexer.catalogue(ORDER);
    expect([asOf.block, complete]).toEqual([BLOCKS.length - 1, true]);
  });

  test('by words of the title or the id, whatever the case of the letters', async () => {
    expect(await found({ text: 'ÄRZTE' })).toEqual([
      'licence both@0',
      'licence for-archive@0',
      'licence running@0',
      'sale half@0',
      'sale to-someone-of-archive@0',
    ]);
    expect(await found({ text: 'ärgers' })).toEqual(['dataset verses@1']);
    expect(await found({ text: 'POET@1' })).toEqual(['model poet@1', 'model poet@10', 'service poet@10']);
    expect(await found({ text: pictureId.slice(0, 20) })).toEqual(['licence both@0', 'sale whole@0']);
    expect(await found({ text: '%' })).toEqual([]);
    expect(await found({ text: "'; drop table node; --" })).toEqual([]);
  });

  test('by kind, use, owner, price and medium', async () => {
    expect(await found({ kinds: ['sale'] })).toHaveLength(3);
    expect(await found({ use: 'mining' })).toEqual(['licence running@0']);
    expect(await found({ use: 'inference' })).toEqual(['model poet@1', 'model poet@10', 'service poet@10']);
    expect(await found({ use: 'generative_training' })).toHaveLength(4);
    expect(await found({ owner: 'ArchiveMSP' })).toEqual(['dataset verses@1']);
    expect(await found({ price: 9 })).toEqual(EVERYTHING.filter((each) => !/both|archive|sale/.test(each)));
    expect(await found({ medium: 'image' })).toEqual(EVERYTHING.filter((each) => !/archive|running|half/.test(each)));
    expect(await found({ medium: 'audio' })).toEqual([]);
    expect(await found({ kinds: ['licence'], text: 'ode', price: 0, use: 'mining' })).toEqual(['licence running@0']);
  });

  test('page by page, in one order; the tenth version after the first', async () => {
    const pages: string[] = [];
    let after: CatalogueOrder['after'];
    do {
      pages.push(...(await found({ limit: 3, after })));
      after = (await indexer.catalogue({ ...ORDER, limit: 3, after })).next;
    } while (after);
    expect(pages).toEqual(EVERYTHING);
  });

  test('what an offer is about', async () => {
    const { rows } = await indexer.catalogue({ ...ORDER, kinds: ['licence', 'dataset'] });
    expect(rows[0]).toMatchObject({ title: 'Verse des Ärgers', works: [], workCount: 2, media: ['image', 'text'] });
    const titles = new Map([ode, picture].map(({ sha256, title }) => [sha256, title]));
    expect(rows[1]).toMatchObject({ workCount: 2, media: ['image', 'text'] });
    expect(rows[1]!.works).toEqual([odeId, pictureId].sort().map((id) => ({ id, title: titles.get(id) })));
  });

  test('a record that could not be read makes the answer incomplete', async () => {
    const odd = block(0, [
      transaction('', [rawWrite(put('work', ['x'.repeat(3)], ode).key, '{}')], { id: sha256Hex('o') }),
    ]);
    const other = createIndexer(
      { channel: 'llmchain', chaincode: CHAINCODE, member: 'archive', schema: 'odd' },
      { ledger: new BlockList([odd]), pool: postgres.pool(), log: { info: () => undefined, warn: () => undefined } },
    );
    await other.start();
    await other.waitFor(0, 5_000);
    expect(await other.catalogue(ORDER)).toMatchObject({ rows: [], complete: false, asOf: { block: 0 } });
    await other.stop();
  });
});
