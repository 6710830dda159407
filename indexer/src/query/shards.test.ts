import { ordinal, sha256Hex, type Holding, type Reward, type Shard } from '@llmchain/protocol';
import { block, BlockList, item, put, putDatasetVersion, putPage, transaction } from '../../../test/support/blocks';
import { IndexBench } from '../../../test/support/index-bench';
import type { Indexer } from '../index';

const stamped = { createdTx: 't', updatedTx: 't' };
const ITEMS = ['a', 'b'].map((text) => item(text));
const shard = (version: number, index: number, members: string[]): Shard => ({
  ...{
    schema: 'shard/1',
    dataset: 'lines',
    version,
    index,
    digest: sha256Hex(`file ${index}`),
    pages: 1,
    bytes: 4_096,
  },
  ...{
    firstPage: index,
    items: 2,
    holders: members.map((member) => ({ member, node: 'storage' })),
    owner: { member: 'ArchiveMSP' },
    ...stamped,
  },
});
const holding = (index: number, member: string, state: 'held' | 'released'): Holding => ({
  ...{ schema: 'holding/1', dataset: 'lines', version: 1, index, digest: sha256Hex(`file ${index}`), member, state },
  ...{ node: 'storage', since: 7, owner: { member }, ...stamped },
});
const putShard = (each: Shard) => put('shard', [each.dataset, ordinal(each.version), ordinal(each.index)], each);
const putHolding = (each: Holding) =>
  put('holding', [each.dataset, ordinal(each.version), ordinal(each.index), each.member], each);

const FIRST = shard(1, 0, ['ArchiveMSP', 'LabMSP']);
const SECOND = shard(1, 1, ['ArchiveMSP']);
const AGAIN = shard(2, 0, ['ArchiveMSP']);
const REWARD: Reward = {
  ...{
    schema: 'reward/1',
    reward: 'thanks',
    dataset: 'lines',
    version: 1,
    payer: 'member:LabMSP',
    amount: 9,
    until: 8,
  },
  table: { root: '0'.repeat(64), address: `sha256/${'0'.repeat(64)}`, total: 1, entries: 1 },
  ...{ state: 'open', owner: { member: 'LabMSP' }, ...stamped },
};
const LEDGER = [
  block(0, [transaction('', [], { id: '', endorsers: [] })]),
  block(1, [transaction('datasets:addPage', [putPage('lines', 1, 0, ITEMS)])]),
  block(2, [transaction('datasets:seal', [putDatasetVersion('lines', 1, 2)])]),
  block(3, [transaction('datasets:shard', [FIRST, SECOND, AGAIN].map(putShard))]),
  block(4, [
    transaction('datasets:hold', [putHolding(holding(0, 'LabMSP', 'held'))]),
    transaction('datasets:hold', [putHolding(holding(0, 'ArchiveMSP', 'held'))]),
    // It was placed there once.
    transaction('datasets:hold', [putHolding(holding(1, 'GuildMSP', 'held'))]),
  ]),
  block(5, [transaction('datasets:release', [putHolding(holding(0, 'LabMSP', 'released'))])]),
  block(6, [transaction('credits:fundReward', [put('reward', ['thanks'], REWARD)])]),
];

describe('shards in the index, on a real Postgres', () => {
  let bench: IndexBench;
  let indexer: Indexer;
  beforeAll(async () => {
    bench = await IndexBench.start();
    indexer = await bench.follow(new BlockList(LEDGER));
    await indexer.waitFor(LEDGER.length - 1, 5_000);
  });
  afterAll(() => bench.stop());

  test('a version’s shards come in their order, each with who says what of it', async () => {
    const version = { dataset: 'lines', version: 1 };
    expect(await indexer.shards.of(version, { limit: 10 })).toEqual([
      { shard: FIRST, holdings: [holding(0, 'ArchiveMSP', 'held'), holding(0, 'LabMSP', 'released')] },
      { shard: SECOND, holdings: [holding(1, 'GuildMSP', 'held')] },
    ]);
    expect(await indexer.shards.of(version, { limit: 10, after: 0 })).toMatchObject([{ shard: SECOND }]);
    expect(await indexer.shards.of(version, { limit: 1 })).toHaveLength(1);
    expect(await indexer.shards.of({ ...version, version: 3 }, { limit: 10 })).toEqual([]);
  });

  test('a member’s are those that are placed on it, and those that it still holds', async () => {
    const of = async (member: string) => (await indexer.shards.keptBy(member)).map((held) => held.shard);
    expect(await of('LabMSP')).toEqual([FIRST]);
    expect(await of('GuildMSP')).toEqual([SECOND]);
    expect(await of('ArchiveMSP')).toEqual([FIRST, SECOND, AGAIN]);
    expect(await of('ComputeMSP')).toEqual([]);
  });

  test('a file is found in every version that it is a shard of', async () => {
    const found = await indexer.shards.withDigest(FIRST.digest);
    expect(found.map((held) => held.shard)).toEqual([FIRST, AGAIN]);
    expect(await indexer.shards.withDigest('f'.repeat(64))).toEqual([]);
  });

  test('what came of a dataset are its shards, their copies, and what rewards it', async () => {
    const trace = await indexer.trace('lines@1', { direction: 'down' });
    expect(trace.nodes.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['shard:lines@1/0', 'holding:lines@1/0/LabMSP', 'reward:thanks']),
    );
    expect(trace.gaps).toEqual([]);
  });
});
