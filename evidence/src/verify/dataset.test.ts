import {
  fromHex,
  MerkleTree,
  ordinal,
  PAGE_ITEMS,
  sha256Hex,
  toHex,
  type DatasetItem,
  type DatasetVersion,
} from '@llmchain/protocol';
import fc from 'fast-check';
import { EvidenceChain, stateOf } from '../../../test/support/evidence-chain';
import { altered } from '../../../test/support/evidence-tamper';
import { EvidenceWorld, NOW } from '../../../test/support/evidence-world';
import type { PlacedItem, Subject } from '../bundle/schema';
import { EvidenceCollector } from '../collect/collector';
import { ItemPage } from '../collect/item-page';
import { verifyEvidence, type Verification } from './verify';

// Every verification checks some twenty signatures, which takes a while on a busy machine.
jest.setTimeout(60_000);

const OWNER = { member: 'ArchiveMSP' };
const stamps = { owner: OWNER, createdTx: 'tx', updatedTx: 'tx' };
let world: EvidenceWorld;

beforeAll(async () => {
  world = await EvidenceWorld.create();
});

function itemsOf(count: number): DatasetItem[] {
  const items = Array.from({ length: count }, (_, index) => ({
    digest: sha256Hex(`item ${index}`),
    work: sha256Hex(`work ${Math.floor(index / 2)}`),
    spdx: 'CC0-1.0',
    bytes: index + 1,
    tokens: index + 2,
  }));
  return items.sort((a, b) => (a.digest < b.digest ? -1 : 1));
}

/** A sealed version of so many items, and what proves things of it. */
class Sealed {
  readonly items: DatasetItem[];
  readonly version: DatasetVersion;
  readonly #pages: ItemPage[];
  readonly #top: MerkleTree;
  readonly #collector: EvidenceCollector;

  constructor(count: number) {
    const items = (this.items = itemsOf(count));
    this.#pages = Array.from(
      { length: Math.ceil(count / PAGE_ITEMS) },
      (_, page) => new ItemPage(items.slice(page * PAGE_ITEMS, (page + 1) * PAGE_ITEMS)),
    );
    this.#top = new MerkleTree(this.#pages.map(({ root }) => fromHex(root)));
    const sum = (of: 'tokens' | 'bytes'): number => items.reduce((total, item) => total + item[of], 0);
    this.version = {
      schema: 'dataset-version/1',
      dataset: 'verses',
      version: 1,
      root: toHex(this.#top.root),
      pages: this.#pages.length,
      items: count,
      tokens: sum('tokens'),
      bytes: sum('bytes'),
      ...stamps,
    };
    const state = stateOf([['dataset-version', ['verses', ordinal(1)], this.version]]);
    this.#collector = new EvidenceCollector({ chaincode: 'llmchain' }, { source: new EvidenceChain(world, state) });
  }

  placed(index: number): PlacedItem {
    const page = Math.floor(index / PAGE_ITEMS);
    const within = { page, pages: this.#top, count: this.items.length };
    return this.#pages[page]!.placed(index % PAGE_ITEMS, within);
  }

  /** Its neighbours among the items, by its own reckoning. */
  absence(digest: string): Extract<Subject, { kind: 'absence' }> {
    const after = this.items.findIndex((item) => item.digest > digest);
    const before = after < 0 ? this.items.length - 1 : after - 1;
    return {
      kind: 'absence',
      dataset: 'verses',
      version: 1,
      digest,
      before: before < 0 ? null : this.placed(before),
      after: after < 0 ? null : this.placed(after),
    };
  }

  bundle(subject: Parameters<EvidenceCollector['items']>[0]): Promise<string> {
    return this.#collector.items(subject);
  }

  async verify(subject: Parameters<EvidenceCollector['items']>[0]): Promise<Verification> {
    return verifyEvidence(await this.bundle(subject), world.roots, { at: NOW });
  }

  async failing(subject: Parameters<EvidenceCollector['items']>[0]): Promise<string> {
    const { ok, steps } = await this.verify(subject);
    return ok ? 'nothing' : steps.at(-1)!.name;
  }
}

const named = { dataset: 'verses', version: 1 } as const;

test('every item and every gap of a version of up to five items is proven', async () => {
  for (const count of [1, 2, 5]) {
    const sealed = new Sealed(count);
    for (const [index, { digest }] of sealed.items.entries()) {
      const { ok, proves } = await sealed.verify({ kind: 'item', ...named, placed: sealed.placed(index) });
      expect({ ok, proves }).toEqual({ ok: true, proves: expect.stringContaining(`verses@1 holds item ${digest}`) });
    }
    for (const digest of ['0'.repeat(64), 'f'.repeat(64), sha256Hex('a'), sha256Hex('b')]) {
      const { ok, proves } = await sealed.verify(sealed.absence(digest));
      expect({ ok, proves }).toEqual({ ok: true, proves: `verses@1 does not hold an item ${digest}` });
    }
  }
});

test('over the joints of pages too, in a file whose size does not grow with the version', async () => {
  const sealed = new Sealed(2 * PAGE_ITEMS + 3);
  const small = await new Sealed(20).bundle({ kind: 'item', ...named, placed: new Sealed(20).placed(3) });
  for (const index of [0, PAGE_ITEMS - 1, PAGE_ITEMS, 2 * PAGE_ITEMS + 2]) {
    const text = await sealed.bundle({ kind: 'item', ...named, placed: sealed.placed(index) });
    expect(verifyEvidence(text, world.roots).ok).toBe(true);
    expect(text.length).toBeLessThan(small.length + 1_000);
    const beside = sealed.items[index]!.digest.replace(/.$/, (last) => (last === 'f' ? '0' : 'f'));
    expect(await sealed.failing(sealed.absence(beside))).toBe('nothing');
  }
});

describe('absence is refused', () => {
  let sealed: Sealed;
  beforeAll(() => {
    sealed = new Sealed(9);
  });
  const between = (before: number | null, after: number | null, digest: string) =>
    sealed.failing({
      kind: 'absence',
      ...named,
      digest,
      before: before === null ? null : sealed.placed(before),
      after: after === null ? null : sealed.placed(after),
    });
  const inside = (): string => sealed.items[4]!.digest;

  test('of an item that is there, whatever neighbours are shown', async () => {
    for (const before of [null, 3, 4, 8])
      for (const after of [null, 0, 4, 5]) expect(await between(before, after, inside())).toBe('neighbours');
  });
  test('when the ends are not the ends', async () => {
    expect(await between(null, 1, '0'.repeat(64))).toBe('neighbours');
    expect(await between(7, null, 'f'.repeat(64))).toBe('neighbours');
    expect(await between(null, null, '0'.repeat(64))).toBe('neighbours');
    expect(await between(null, 0, '0'.repeat(64))).toBe('nothing');
  });
  test('when the paths are of another version', async () => {
    const other = new Sealed(8);
    expect(await sealed.failing({ kind: 'item', ...named, placed: other.placed(2) })).toBe('inclusion');
    expect(await sealed.failing(other.absence('0'.repeat(64)))).toBe('neighbours');
    expect(await sealed.failing({ kind: 'item', dataset: 'verses', version: 1, placed: sealed.placed(2) })).toBe(
      'nothing',
    );
  });
});

describe('all items', () => {
  let sealed: Sealed;
  beforeAll(() => {
    sealed = new Sealed(PAGE_ITEMS + 5);
  });
  const failing = (items: DatasetItem[], without?: string): Promise<string> =>
    sealed.failing({ kind: 'dataset', ...named, items, ...(without === undefined ? {} : { without }) });

  test('give the root, and none more or less does', async () => {
    const { items } = sealed;
    expect(await failing(items)).toBe('nothing');
    expect(await failing(items.slice(1))).toBe('items');
    expect(await failing([...items, items[0]!])).toBe('items');
    expect(await failing([items[1]!, items[0]!, ...items.slice(2)])).toBe('items');
    expect(await failing(items.map((item, index) => (index === 7 ? { ...item, tokens: 1 } : item)))).toBe('items');
  });
  test('show that none is of a work', async () => {
    const { steps, ok } = await sealed.verify({
      kind: 'dataset',
      ...named,
      items: sealed.items,
      without: sha256Hex('nobody’s'),
    });
    expect(ok).toBe(true);
    expect(steps.at(-1)).toMatchObject({ name: 'absence', rests: 'arithmetic' });
    expect(await failing(sealed.items, sealed.items[9]!.work)).toBe('absence');
  });
});

test('one altered field of an item or its path is found', async () => {
  const sealed = new Sealed(11);
  const text = await sealed.bundle(sealed.absence(sha256Hex('a')));
  const places = ['before', 'after'].flatMap((end) => [
    ['subject', end, 'item', 'digest'],
    ['subject', end, 'item', 'work'],
    ['subject', end, 'item', 'tokens'],
    ['subject', end, 'inclusion', 'index'],
    ['subject', end, 'inclusion', 'count'],
    ['subject', end, 'inclusion', 'path', 1],
  ]);
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.integer({ min: 0, max: 15 }), (path, digit) => {
      const value = path.reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], JSON.parse(text));
      const other = typeof value === 'number' ? value + digit + 1 : replaced(value as string, digit);
      fc.pre(other !== value);
      expect(verifyEvidence(altered(JSON.parse(text), path, other), world.roots).ok).toBe(false);
    }),
    { numRuns: 25 },
  );
});

/** Hexadecimal text with another digit at some place. */
function replaced(text: string, digit: number): string {
  const at = digit * 4;
  return text.slice(0, at) + digit.toString(16) + text.slice(at + 1);
}
