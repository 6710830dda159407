import { LlmchainError, type Nearness, type Owner, type Work, type WorkEntry } from '@llmchain/protocol';
import type { Position, SimilarWork } from '@llmchain/indexer';
import type { IndexLikeness } from '../ports/index-records';
import type { ReadContent } from './read-content';

/** A registered work that is like another, and whose it is. */
export interface Resembling extends SimilarWork {
  owner: Owner;
}

export interface SimilarWorks {
  similar: Resembling[];
  asOf: Position;
}

/** What a person calls similar: up to 8 of 64 bits, or half of the shingles. */
const SIMILAR: Nearness = { hamming: 8, jaccard: 0.5 };
/** Works that one answer names. */
const NAMED = 50;

type Fingerprinted = Pick<WorkEntry, 'fingerprint'>;

/** Finds registered works that look or read like a work or like content. */
export class FindSimilar {
  readonly #ports: { index: IndexLikeness; readContent: ReadContent };

  constructor(_options: object, ports: { index: IndexLikeness; readContent: ReadContent }) {
    this.#ports = ports;
  }

  /** Those like a registered work, without itself. @throws {LlmchainError} `not_found` | `not_supported` */
  async toWork(id: string): Promise<SimilarWorks> {
    const work = (await this.#ports.index.records.current('work', [id])).get(id);
    if (!work) {
      throw new LlmchainError('not_found', `There is no work ${id} in the index. Check the digest.`, { work: id });
    }
    const { similar, asOf } = await this.#toFingerprint(work, NAMED + 1);
    return { similar: similar.filter((each) => each.work !== id).slice(0, NAMED), asOf };
  }

  /** Those like content that need not be registered. @throws {LlmchainError} `invalid_argument` | `not_supported` */
  async toContent(medium: WorkEntry['medium'], content: Uint8Array): Promise<SimilarWorks> {
    return this.#toFingerprint((await this.#ports.readContent.run(medium, content)).entry, NAMED);
  }

  async #toFingerprint({ fingerprint }: Fingerprinted, limit: number): Promise<SimilarWorks> {
    if (!fingerprint) {
      const message = 'It has no fingerprint to compare: only texts with words and images of more than one colour do.';
      throw new LlmchainError('not_supported', message);
    }
    const { works, asOf } = await this.#ports.index.similar(fingerprint, SIMILAR);
    const named = works.slice(0, limit);
    return {
      similar: withOwners(
        named,
        await this.#ports.index.records.current(
          'work',
          named.map(({ work }) => work),
        ),
      ),
      asOf,
    };
  }
}

/** Adds the owners; a work that the index has lost sight of is left out. */
export function withOwners(works: readonly SimilarWork[], records: ReadonlyMap<string, Work>): Resembling[] {
  return works.flatMap((each) => {
    const record = records.get(each.work);
    return record ? [{ ...each, owner: record.owner }] : [];
  });
}
