import { createHash } from 'node:crypto';

/** Characters that count together: beginnings are alike by so many, or not. */
const PIECE = 256;
/** Pieces of one prompt that are looked at, and that are remembered of each worker. */
const LONGEST = 64;
const REMEMBERED = 2_048;

/** How a tenant's prompt begins: a digest for each of its first pieces, each over all before it. */
export type Beginning = readonly string[];

/** What of a prompt counts; tenants never share what a worker keeps, so their prompts never begin alike. */
export function beginningOf(tenant: string, prompt: string): Beginning {
  const digests: string[] = [];
  let before = tenant;
  for (let at = 0; at + PIECE <= prompt.length && digests.length < LONGEST; at += PIECE) {
    before = createHash('sha256')
      .update(before)
      .update(prompt.slice(at, at + PIECE))
      .digest('base64');
    digests.push(before);
  }
  return digests;
}

/**
 * Which beginnings each worker was given lately, and so may have in its prefix cache. Cf. the cache-aware router of Zheng
 * et al., "SGLang", 2024, which keeps a tree of texts where this keeps digests.
 */
export class PrefixAffinity {
  readonly #given = new Map<string, Set<string>>();

  /** Characters of the beginning that the worker was given before. */
  shared(worker: string, beginning: Beginning): number {
    const given = this.#given.get(worker);
    if (!given) return 0;
    const unknown = beginning.findIndex((digest) => !given.has(digest));
    return (unknown < 0 ? beginning.length : unknown) * PIECE;
  }

  /** Takes note that the worker was given a prompt that begins so. */
  note(worker: string, beginning: Beginning): void {
    const given = this.#given.get(worker) ?? new Set();
    this.#given.set(worker, given);
    // The longest beginnings go first when room is needed: what is left of them is still a beginning.
    for (const digest of [...beginning].reverse()) {
      given.delete(digest);
      given.add(digest);
    }
    for (const digest of given) {
      if (given.size <= REMEMBERED) break;
      given.delete(digest);
    }
  }

  /** The worker has started anew, or is gone. */
  forget(worker: string): void {
    this.#given.delete(worker);
  }
}
