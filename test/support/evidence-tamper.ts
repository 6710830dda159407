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
