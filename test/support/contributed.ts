import {
  canonicalJson,
  merkleRoot,
  proveInclusion,
  royaltyLeaves,
  royaltyRoot,
  royaltyTable,
  royaltyTotal,
  sha256Hex,
  toHex,
  type Account,
  type DatasetItem,
  type RequestOf,
  type RoyaltyEntry,
  type RoyaltyTableRef,
} from '@llmchain/protocol';
import { item, operationId, work } from './consortium';
import type { TestIdentity } from './identities';
import type { Submit } from './tainted';
import type { World } from './world';

/** A work of will's, of which the guild itself has bought a share. */
const SHARED = work('shared', ['will'], 'allowed');
const CONTRIBUTED = { dataset: 'contributed', version: 1 };
const NODE = { kind: 'storage' as const, capacity: 1_000_000, state: 'active' as const };
const FILE = { digest: sha256Hex('a shard'), pages: 1, bytes: 2_048 };
const LATER = 4_000_000_000_000;

/** The table of a reward for the dataset version that holds these items of works with these shares. */
export function rewardTable(
  items: readonly { shares: readonly { holder: Account; share: number }[]; tokens: number }[],
): {
  table: RoyaltyEntry[];
  reference: RoyaltyTableRef;
} {
  const table = royaltyTable(items.map((each) => ({ ...each, weight: 1 })));
  const address = `sha256/${sha256Hex(canonicalJson(table))}`;
  return {
    table,
    reference: { root: royaltyRoot(table), address, total: royaltyTotal(table), entries: table.length },
  };
}

const ARTIST: Account = 'artist:GuildMSP:will';
const TREASURY: Account = 'member:GuildMSP';
const { table, reference } = rewardTable([
  {
    shares: [
      { holder: ARTIST, share: 9_500 },
      { holder: TREASURY, share: 500 },
    ],
    tokens: SHARED.bytes,
  },
]);

/** Where a payee stands in the table of the dataset version `contributed@1`. */
export function partOf(payee: Account): Pick<RequestOf<'credits:claimReward'>, 'entry' | 'proof'> {
  const index = table.findIndex((entry) => entry.payee === payee);
  return { entry: table[index]!, proof: proveInclusion(royaltyLeaves(table), index) };
}

/** What the money for `contributed@1` is set aside with. */
export function rewarding(reward: string, payer: Account): Omit<RequestOf<'credits:fundReward'>, 'operationId'> {
  return { reward, ...CONTRIBUTED, payer, amount: 10, until: LATER, table: reference };
}

/** Datasets of the guild's that are split, held and left; rewards that are to be claimed, and some whose time is over. */
export async function contributed(
  world: World,
  submit: Submit,
  people: Record<'artist' | 'steward' | 'admin' | 'service', TestIdentity>,
): Promise<void> {
  const { artist, steward, admin, service } = people;
  await submit('artworks:register', { works: [SHARED] }, artist);
  const sale = {
    sale: 'shared',
    work: SHARED.sha256,
    seller: ARTIST,
    share: 500,
    ownership: false,
    price: 0,
    until: null,
  };
  await submit('artworks:offerSale', sale, artist);
  await submit('artworks:buy', { sale: 'shared', account: TREASURY }, admin);
  await submit('datasets:registerNode', { node: 'storage', ...NODE }, service);
  for (const dataset of ['contributed', 'split', 'held', 'left']) {
    await sealed(dataset, [item(SHARED)], submit, steward);
    if (dataset === 'contributed' || dataset === 'split') continue;
    await submit('datasets:shard', { dataset, version: 1, replicas: 1, grants: [], shards: [FILE] }, steward);
  }
  await submit(
    'datasets:hold',
    { dataset: 'left', version: 1, node: 'storage', shards: [{ index: 0, digest: FILE.digest }] },
    service,
  );
  const past = Date.now() - 200_000;
  for (const [of, payer, as] of [
    ['guild', TREASURY, admin],
    ['will', ARTIST, artist],
  ] as const) {
    await submit('credits:fundReward', rewarding(`of-${of}`, payer), as);
    const over = { operationId: operationId(), ...rewarding(`over-${of}`, payer), until: past + 100_000 };
    await world.submit('credits:fundReward', over, { as, at: past });
  }
}

async function sealed(dataset: string, items: DatasetItem[], submit: Submit, steward: TestIdentity): Promise<void> {
  await submit('datasets:create', { dataset, title: dataset, purpose: 'verses' }, steward);
  await submit('datasets:addPage', { dataset, version: 1, index: 0, items }, steward);
  const root = toHex(merkleRoot(items.map((each) => canonicalJson(each))));
  await submit('datasets:seal', { dataset, version: 1, pages: 1, root }, steward);
}

/** Requests about shards that succeed. */
export const SHARDING: {
  readonly [N in 'shard' | 'hold' | 'release']: Omit<RequestOf<`datasets:${N}`>, 'operationId'>;
} & { readonly node: Omit<RequestOf<'datasets:registerNode'>, 'operationId'> } = {
  shard: { dataset: 'split', version: 1, replicas: 1, grants: [], shards: [FILE] },
  node: { node: 'fresh', ...NODE },
  hold: { dataset: 'held', version: 1, node: 'storage', shards: [{ index: 0, digest: FILE.digest }] },
  release: { dataset: 'left', version: 1, node: 'storage', shards: [0], reason: 'lost' },
};
