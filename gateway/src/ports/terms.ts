import type { PrivateTerms } from '@llmchain/protocol';

/** Private terms of licences that this member grants or accepted, sealed, by their digest. */
export interface TermsStore {
  put(terms: PrivateTerms): Promise<void>;
  /** @throws {LlmchainError} `digest_mismatch` when they were changed in the bucket */
  find(digest: string): Promise<PrivateTerms | undefined>;
}
