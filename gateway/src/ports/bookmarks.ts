import type { FingerprintPlace } from '@llmchain/indexer';

/** How far this member has come in looking at what was registered; kept over restarts. */
export interface Bookmarks {
  /** @returns undefined before the first {@link put} */
  find(name: string): Promise<FingerprintPlace | undefined>;
  put(name: string, place: FingerprintPlace): Promise<void>;
}
