import type { Resemblance, Work } from '@llmchain/protocol';
import { block, BlockList, CHAINCODE, put, putWork, transaction, work } from '../../../test/support/blocks';
import { TestPostgres } from '../../../test/support/postgres';
import { createIndexer, type Indexer } from '../index';

const image = (title: string): Work => ({
  ...work(title),
  medium: 'image',
  fingerprint: { method: 'phash-64', bits: '00000000ffffffff' },
});
const [ONE, TWO, LATE] = [...[image('a'), image('b')].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1)), image('c')] as [
  Work,
  Work,
  Work,
];
const found: Resemblance = {
  schema: 'resemblance/1',
  first: ONE.sha256,
  second: LATE.sha256,
  method: 'phash-64',
  differing: 0,
  owner: { member: 'LabMSP' },
  createdTx: 't',
  updatedTx: 't',
};
const BLOCKS = [
  block(0, [transaction('', [], { id: '', endorsers: [] })]),
  block(1, [transaction('artworks:register', [putWork(TWO), putWork(work('plain')), putWork(ONE)])]),
  block(2, [transaction('artworks:register', [putWork(LATE)])]),
  block(3, [transaction('artworks:flag', [put('resemblance', [found.first, found.second], found)])]),
  // A change of the record is no new registration.
  block(4, [transaction('artworks:setPreference', [putWork({ ...ONE, preference: {} })])]),
];

describe('resemblances in the index, on a real Postgres', () => {
  let postgres: TestPostgres;
  let indexer: Indexer;
  beforeAll(async () => {
    postgres = await TestPostgres.start();
    indexer = createIndexer(
      { channel: 'llmchain', chaincode: CHAINCODE, member: 'lab' },
      { ledger: new BlockList(BLOCKS), pool: postgres.pool(), log: { info: () => undefined, warn: () => undefined } },
    );
    await indexer.start();
    await indexer.waitFor(BLOCKS.length - 1, 5_000);
  });
  afterAll(async () => {
    await indexer.stop();
    await postgres.stop();
  });

  test('works with fingerprints come in the order of their registration, after a place', async () => {
    const all = await indexer.fingerprinted({ block: -1, work: '' }, 10);
    expect(all.map(({ block: at, work: id }) => [at, id])).toEqual([
      [1, ONE.sha256],
      [1, TWO.sha256],
      [2, LATE.sha256],
    ]);
    expect(all[0]?.fingerprint).toEqual(ONE.fingerprint);
    expect(await indexer.fingerprinted({ block: 1, work: ONE.sha256 }, 1)).toMatchObject([{ work: TWO.sha256 }]);
    expect(await indexer.fingerprinted({ block: 2, work: LATE.sha256 }, 10)).toEqual([]);
  });

  test('works are put in that order', async () => {
    const places = await indexer.fingerprintPlaces([LATE.sha256, ONE.sha256, 'f'.repeat(64)]);
    expect(places).toEqual([
      { block: 1, work: ONE.sha256 },
      { block: 2, work: LATE.sha256 },
    ]);
  });

  test('a resemblance is found from both of its works, and stands in the lineage of neither', async () => {
    for (const { sha256 } of [ONE, LATE]) expect(await indexer.records.resemblancesOf(sha256)).toEqual([found]);
    expect(await indexer.records.resemblancesOf(TWO.sha256)).toEqual([]);
    const trace = await indexer.trace(LATE.sha256, { direction: 'up' });
    expect(trace.nodes.map(({ id }) => id)).not.toContain(ONE.sha256);
  });
});
