/**
 * Fabric's composite keys: U+0000, the type, U+0000, then each part followed by U+0000
 * (fabric-shim `createCompositeKey`). Parts hold no U+0000 and no U+10FFFF; ids of this protocol never do.
 */
const SEPARATOR = '\u0000';

export interface StateKey {
  type: string;
  parts: readonly string[];
}

export function compositeKey(type: string, parts: readonly string[]): string {
  return SEPARATOR + [type, ...parts].map((part) => part + SEPARATOR).join('');
}

/** @returns undefined for a key that is not composite */
export function splitCompositeKey(key: string): StateKey | undefined {
  if (!key.startsWith(SEPARATOR) || !key.endsWith(SEPARATOR) || key.length < 3) return undefined;
  const [type, ...parts] = key.slice(1, -1).split(SEPARATOR);
  return type ? { type, parts } : undefined;
}

/** Versions and sequence numbers in keys: ten digits, so that keys sort as numbers do. */
export function ordinal(value: number): string {
  return String(value).padStart(10, '0');
}
