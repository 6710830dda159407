import { canonicalJson, decodeJson, LlmchainError, PrivateTerms, termsDigest } from '@llmchain/protocol';
import type { ObjectStore } from '../../ports/object-store';
import type { TermsStore } from '../../ports/terms';
import { SealedObjects } from './sealed-objects';

/** Private terms in the member's bucket, sealed, by their digest. */
export class SealedTerms implements TermsStore {
  readonly #objects: SealedObjects;

  /** @param options.key 32 bytes */
  constructor(options: { key: Buffer }, dependencies: { store: ObjectStore }) {
    this.#objects = new SealedObjects({ ...options, folder: 'terms' }, dependencies);
  }

  async put(terms: PrivateTerms): Promise<void> {
    await this.#objects.put(termsDigest(terms), canonicalJson(terms));
  }

  async find(digest: string): Promise<PrivateTerms | undefined> {
    if (!(await this.#objects.has(digest))) return undefined;
    const terms = decodeJson(PrivateTerms, await this.#objects.get(digest), 'terms');
    if (termsDigest(terms) === digest) return terms;
    throw new LlmchainError('digest_mismatch', 'The terms in the bucket are not those of their digest.', { digest });
  }
}
