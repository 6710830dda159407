import { GraphError } from '../../error';
import type { GgufFile, GgufValue } from './gguf-file';

type WithMetadata = Pick<GgufFile, 'metadata'>;

/** @throws {GraphError} `invalid_argument` when the entry is missing and has no `fallback`, or is no number */
export function numberAt({ metadata }: WithMetadata, key: string, fallback?: number): number {
  const value = metadata.get(key) ?? fallback;
  if (typeof value === 'number') return value;
  throw wrong(key, 'a number', value);
}

/** @throws {GraphError} `invalid_argument` when the entry is missing or no text */
export function textAt({ metadata }: WithMetadata, key: string): string {
  const value = metadata.get(key);
  if (typeof value === 'string') return value;
  throw wrong(key, 'a text', value);
}

/** @throws {GraphError} `invalid_argument` when the entry is missing or holds anything but texts */
export function textsAt({ metadata }: WithMetadata, key: string): string[] {
  const value = metadata.get(key);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw wrong(key, 'a list of texts', value);
}

function wrong(key: string, what: string, value: GgufValue | undefined): GraphError {
  const how = value === undefined ? 'is missing' : 'is something else';
  return new GraphError('invalid_argument', `${key} should be ${what} and ${how}. Convert the model again.`, { key });
}
