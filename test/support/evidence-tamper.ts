import { canonicalJson } from '@llmchain/protocol';

/** One value inside a bundle. */
export interface Leaf {
  path: readonly (string | number)[];
  value: unknown;
}

/** Every value inside a JSON value that is not an object or list itself. */
export function leavesOf(value: unknown, path: readonly (string | number)[] = []): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => leavesOf(each, [...path, index]));
  if (value === null || typeof value !== 'object') return [{ path, value }];
  return Object.entries(value).flatMap(([name, each]) => leavesOf(each, [...path, name]));
}

/** A copy with another value at one place, written as bundles are. */
export function altered(bundle: unknown, path: readonly (string | number)[], value: unknown): string {
  const copy = structuredClone(bundle) as Record<string | number, unknown>;
  let parent = copy;
  for (const step of path.slice(0, -1)) parent = parent[step] as Record<string | number, unknown>;
  if (value === undefined) Reflect.deleteProperty(parent, path.at(-1)!);
  else parent[path.at(-1)!] = value;
  return `${canonicalJson(copy)}\n`;
}

/** Whether a text of a bundle stands for bytes. */
export function isBinary({ path, value }: Leaf): boolean {
  const names = ['channelHeader', 'signatureHeader', 'proposal', 'response', 'endorser', 'header', 'metadata'];
  const inner = path.includes('receipt') || path.includes('inclusion');
  const name = path.at(-1);
  const isData = path.at(-2) === 'data' || name === 'previousHash' || name === 'dataHash' || name === 'signature';
  return typeof value === 'string' && !inner && (isData || names.includes(String(name)));
}

/** A place in a bundle's bytes: one bit of a binary value. */
export interface Place extends Leaf {
  /** Of all bits of the value, which one. */
  bit: number;
}

/** Numbers from 0 to 1 that a seed fixes (mulberry32). */
function* randomFrom(seed: number): Generator<number, never> {
  for (let state = seed >>> 0; ;) {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    yield ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** So many bits of a bundle's binary values, by seed: each value is as likely as another, and each of its bits. */
export function leafSamples(bundle: unknown, { seed, count }: { seed: number; count: number }): Place[] {
  const parts = leavesOf(bundle).filter((leaf) => isBinary(leaf) && leaf.value !== '');
  const random = randomFrom(seed);
  const below = (limit: number): number => Math.floor(random.next().value * limit);
  return Array.from({ length: count }, () => {
    const leaf = parts[below(parts.length)]!;
    return { ...leaf, bit: below(Buffer.from(leaf.value as string, 'base64').length * 8) };
  });
}

/** The bundle with that bit turned. */
export function flippedAt(bundle: unknown, { path, value, bit }: Place): string {
  const bytes = Buffer.from(value as string, 'base64');
  bytes[bit >> 3]! ^= 1 << (bit & 7);
  return altered(bundle, path, bytes.toString('base64'));
}
