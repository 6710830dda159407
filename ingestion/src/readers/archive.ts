import type { Bytes } from './bytes';
import type { Reject } from '../document';
import { malformed } from '../limits';

/** One file of an archive or a folder. */
export interface Entry {
  /** Relative, with slashes, free of `.` and `..`. */
  path: string;
  /** Size as the archive states it; what is read is bounded all the same. */
  bytes: number;
  /** Its content, once, before the next entry is asked for. */
  open(): Promise<Bytes>;
}

/** Files that can be gone through more than once, in the same order. */
export interface Archive {
  /**
   * @param reject told of what is left out
   * @throws {LlmchainError} `invalid_argument` | `too_large`: what may do harm is refused as a whole
   */
  entries(reject?: Reject): AsyncGenerator<Entry>;
}

/** Longest path of an entry, characters. */
const LONGEST_PATH = 1_024;

/**
 * The path of an entry, or a refusal: an archive that tries to leave its folder is not read any further.
 * @throws {LlmchainError} `invalid_argument`
 */
export function safePath(name: string): string {
  const parts = name.split('/');
  const bad =
    name === '' ||
    name.length > LONGEST_PATH ||
    name.startsWith('/') ||
    /^[a-z]:/i.test(name) ||
    /[\\\p{Cc}]/u.test(name) ||
    parts.includes('..');
  if (bad) {
    malformed('An entry of the archive has a path that leaves its folder, or is none. Pack it anew.', {
      reason: 'unsafe_path',
      path: name.slice(0, 200),
    });
  }
  return parts.filter((part) => part !== '.' && part !== '').join('/');
}
