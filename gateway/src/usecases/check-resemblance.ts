import { LlmchainError, RESEMBLING, sameOwner, type Nearness, type Owner, type WorkEntry } from '@llmchain/protocol';
import { SimilarIndex } from '@llmchain/indexer';
import type { IndexLikeness } from '../ports/index-records';
import { withOwners, type Resembling } from './find-similar';

/** Works that a record and an answer name. */
const NAMED = 10;

/** A work about to be registered. */
export interface Candidate {
  entry: Omit<WorkEntry, 'resembles'>;
  /** The artist says that it is a work of its own, whatever it resembles. */
  distinct: boolean;
}

/** A work, flagged with what it resembles. */
export interface Flagged {
  entry: WorkEntry;
  resembles: Resembling[];
}

/** Tells of works that resemble registered ones, or others of the same request, before they are registered. */
export class CheckResemblance {
  readonly #nearness: Nearness;
  readonly #index: IndexLikeness;

  constructor(options: { nearness?: Nearness }, ports: { index: IndexLikeness }) {
    this.#nearness = options.nearness ?? RESEMBLING;
    this.#index = ports.index;
  }

  /**
   * A work may resemble the one it derives from, and a new version any work of its owner. Beyond that it has to derive from one
   * that it resembles or be said to be distinct; it is then flagged with what it resembles.
   * @throws {LlmchainError} `resembles` with `details.works`: what each resembles, `{work, owner, distance, method}`
   */
  async run(candidates: readonly Candidate[], owner: Owner): Promise<Flagged[]> {
    const { records } = this.#index;
    const known = await records.current(
      'work',
      candidates.map(({ entry }) => entry.sha256),
    );
    const beside = new Map(candidates.map(({ entry }) => [entry.sha256, entry]));
    const batch = new SimilarIndex();
    const refused: { sha256: string; resembles: Resembling[] }[] = [];
    const flagged: Flagged[] = [];
    for (const { entry, distinct } of candidates) {
      const { sha256, fingerprint, derivedFrom, versionOf } = entry;
      const registered = known.get(sha256);
      let resembles: Resembling[] = [];
      let derives = false;
      if (fingerprint && !registered) {
        const before = batch.near(fingerprint, this.#nearness).map((each) => ({ ...each, owner }));
        batch.add(sha256, fingerprint);
        const all = [...before, ...(await this.#registered(fingerprint, beside))].sort(
          (a, b) => a.distance - b.distance,
        );
        derives = all.some(({ work }) => work === derivedFrom);
        const own = (each: Resembling): boolean => versionOf !== undefined && sameOwner(each.owner, owner);
        resembles = all.filter((each) => each.work !== derivedFrom && !own(each)).slice(0, NAMED);
      }
      if (resembles.length > 0 && !distinct && !derives) refused.push({ sha256, resembles });
      // Of a work that is registered the record says what it was flagged with, so that a repeated call stays the same.
      const flags = registered ? (registered.resembles ?? []) : resembles.map(({ work }) => work);
      flagged.push({ entry: { ...entry, ...(flags.length > 0 ? { resembles: flags } : {}) }, resembles });
    }
    if (refused.length > 0) throw alike(refused);
    return flagged;
  }

  async #registered(
    fingerprint: NonNullable<WorkEntry['fingerprint']>,
    beside: ReadonlyMap<string, unknown>,
  ): Promise<Resembling[]> {
    const { works } = await this.#index.similar(fingerprint, this.#nearness);
    const others = works.filter(({ work }) => !beside.has(work)).slice(0, 5 * NAMED);
    if (others.length === 0) return [];
    return withOwners(
      others,
      await this.#index.records.current(
        'work',
        others.map(({ work }) => work),
      ),
    );
  }
}

function alike(works: { sha256: string; resembles: Resembling[] }[]): LlmchainError {
  const [first] = works;
  return new LlmchainError(
    'resembles',
    `${works.length === 1 ? 'A work resembles' : `${works.length} works resemble`} what is registered: ${first!.sha256} is like ` +
      `${first!.resembles[0]!.work}. Name the one that it was made from as \`derivedFrom\`, or say \`distinct: true\`.`,
    { works: works.slice(0, 20) },
  );
}
