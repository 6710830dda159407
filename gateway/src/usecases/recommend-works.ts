import { LlmchainError, type Work, type WorkEntry } from '@llmchain/protocol';
import type { Position } from '@llmchain/indexer';
import type { IndexRecords } from '../ports/index-records';
import type { BrowseCatalogue, Offered } from './browse-catalogue';

/** What works are to be like, and which of them are looked at. */
export interface Liking {
  /** A text, or the id of a registered work. */
  like: { text: string } | { work: string };
  medium?: WorkEntry['medium'] | undefined;
  /** Offers that are looked at. */
  offers: number;
  /** From the answer before. */
  after?: string | undefined;
}

/** A work that can be had, and every offer of it among those that were looked at. */
export interface Candidate {
  work: string;
  title: string;
  offers: Offered[];
}

export interface Candidates {
  /** What they are compared with. */
  text: string;
  works: Candidate[];
  after?: string;
  asOf: Position;
}

/**
 * Finds works that this member can have: those of licence offers and sales that it may take up now. What the catalogue
 * leaves out is left out here too: works that are withdrawn or disputed, and uses that their owners do not allow any more.
 */
export class RecommendWorks {
  readonly #ports: { index: IndexRecords; catalogue: Pick<BrowseCatalogue, 'run'> };

  constructor(_options: object, ports: { index: IndexRecords; catalogue: Pick<BrowseCatalogue, 'run'> }) {
    this.#ports = ports;
  }

  /** @throws {LlmchainError} `not_found` | `wrong_state` for the work; `invalid_argument` for a cursor that no answer gave */
  async candidates({ like, medium, offers, after }: Liking): Promise<Candidates> {
    const { catalogue } = this.#ports;
    const own = 'work' in like ? like.work : undefined;
    const text = 'work' in like ? (await this.#standing(like.work)).title : like.text;
    const shelf = await catalogue.run({ kinds: ['licence', 'sale'], medium, limit: offers, after });
    const works = new Map<string, Candidate>();
    for (const offered of shelf.data) {
      for (const { id, title } of offered.row.works) {
        if (id === own) continue;
        const found = works.get(id);
        if (found) found.offers.push(offered);
        else works.set(id, { work: id, title, offers: [offered] });
      }
    }
    return {
      text,
      works: [...works.values()],
      ...(shelf.after === undefined ? {} : { after: shelf.after }),
      asOf: shelf.asOf,
    };
  }

  async #standing(id: string): Promise<Work> {
    const work = (await this.#ports.index.records.current('work', [id])).get(id);
    if (!work)
      throw new LlmchainError('not_found', `There is no work ${id} in the index. Check the digest.`, { work: id });
    if (work.state === 'registered' && work.disputes.length === 0) return work;
    throw new LlmchainError(
      'wrong_state',
      `The work ${id} is ${work.state === 'registered' ? 'disputed' : 'withdrawn'}. Name another, or send a text.`,
      { work: id, state: work.state, disputes: work.disputes },
    );
  }
}
