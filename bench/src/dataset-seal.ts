import { randomUUID } from 'node:crypto';
import {
  canonicalJson,
  DatasetItem,
  leafHash,
  MerkleTree,
  sha256Hex,
  toHex,
  verifyInclusion,
  type WorkEntry,
} from '@llmchain/protocol';
import { z } from 'zod';
import type { Benchmark } from './benchmark';
import { quantile } from './figures';
import { Peer } from './peer';
import { receive, send } from './rest';

const ITEMS = 10_000;
/** Works in one transaction. */
const AT_ONCE = 500;
const PROOFS = 1_000;

const Key = z.object({ id: z.string(), key: z.string() });
const Sealed = z.object({ root: z.string(), items: z.number(), pages: z.number() });
const Page = z.object({ pages: z.number(), items: z.array(DatasetItem) });

/**
 * `seal`: a version of 10,000 works of one artist, each of them an item, from the request to the commit: consent is asked for
 * every item before anything is written, again by every endorser of each page, and once more at the seal. `prove` and
 * `check`: that an item is in it, of a version whose tree is kept; `prove, first`: with the tree made anew. Evidence of an item
 * holds such a proof beside the ledger's.
 */
export const datasetSeal: Benchmark = {
  rounds: 5,
  goals: [
    { arm: 'seal', most: 10 },
    { arm: 'prove', most: 5 },
    { arm: 'check', most: 5 },
  ],
  async run({ consortium, samples, rounds, smoke, say }) {
    await consortium.command(z.unknown(), 'up', '--without-models');
    const guild = await consortium.member('guild');
    const archive = await consortium.member('archive');
    const artist = await consortium.command(
      Key,
      'key',
      'create',
      '--member',
      'guild',
      '--role',
      'artist',
      '--name',
      'bench',
    );
    const works = worksOf(randomUUID(), smoke ? 20 : ITEMS);
    const peer = await Peer.of(guild.gatewayConfig);
    try {
      const ledger = await peer.as(artist.id, 1);
      for (let start = 0; start < works.length; start += AT_ONCE) {
        const operationId = `bench-${randomUUID()}`;
        await ledger.submit('artworks:register', { operationId, works: works.slice(start, start + AT_ONCE) });
      }
    } finally {
      peer.close();
    }
    const key = await consortium.key('archive', 'steward', 'bench');
    const dataset = `bench-${randomUUID()}`;
    const datasets = `${archive.gateway}/v1/datasets`;
    await send('POST', datasets, key, { dataset, title: 'Bench', purpose: 'To be measured' });
    const items = works.map(({ sha256 }) => ({ work: sha256, spdx: 'CC0-1.0' }));
    for (let version = 1; version <= rounds; version++) {
      const started = performance.now();
      const sealed = Sealed.parse(await send('POST', `${datasets}/${dataset}/versions`, key, { version, items }));
      const seconds = (performance.now() - started) / 1_000;
      samples.add('seal', 's', seconds);
      const held: DatasetItem[] = [];
      for (let page = 0; page < sealed.pages; page++) {
        const address = `${datasets}/${dataset}/versions/${version}/items?page=${page}`;
        held.push(...Page.parse(await receive(address, key)).items);
      }
      const { first, prove, check } = proofs(held, sealed.root, smoke ? 5 : PROOFS);
      samples.add('prove, first', 'ms', first);
      samples.add('prove', 'ms', quantile(prove, 0.95));
      samples.add('check', 'ms', quantile(check, 0.95));
      say(`sealed ${sealed.items} items in ${seconds.toFixed(1)} s; first proof ${first.toFixed(1)} ms`);
    }
  },
};

/** Works of texts that nobody else has. */
function worksOf(run: string, count: number): WorkEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    sha256: sha256Hex(`${run} ${index}`),
    title: `Bench ${index}`,
    creators: [{ person: 'bench', share: 10_000 }],
    medium: 'text',
    bytes: 100,
    preference: { generative_training: 'allowed' },
  }));
}

/** Milliseconds that proofs of inclusion take; each is checked against the root. */
function proofs(
  items: readonly DatasetItem[],
  root: string,
  count: number,
): { first: number; prove: number[]; check: number[] } {
  const began = performance.now();
  const leaves = items.map((item) => canonicalJson(item));
  const tree = new MerkleTree(leaves.map(leafHash));
  tree.path(0);
  const first = performance.now() - began;
  const [prove, check]: [number[], number[]] = [[], []];
  for (let n = 0; n < count; n++) {
    const index = (n * 7_919) % items.length;
    const started = performance.now();
    const proof = { index, count: items.length, path: tree.path(index).map(toHex) };
    const made = performance.now();
    if (!verifyInclusion(canonicalJson(items[index]), proof, root)) throw new Error(`item ${index} is not proven`);
    prove.push(made - started);
    check.push(performance.now() - made);
  }
  return { first, prove, check };
}
