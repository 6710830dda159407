import type { Erasure, Work } from '@llmchain/protocol';
import type { Actor } from '../ports/actor';
import type { IndexRecords } from '../ports/index-records';

/** What a person or a member is told of works that theirs were made from. */
export class Notices {
  readonly #own: string;
  readonly #index: IndexRecords;

  constructor(options: { own: string }, ports: { index: IndexRecords }) {
    this.#own = options.own;
    this.#index = ports.index;
  }

  /** Works of an artist, or for everyone else of the member's, whose sources were erased. By id. */
  async run({ role, name }: Actor): Promise<{ work: Work; erasure: Erasure }[]> {
    const all = await this.#index.records.madeFromErased(this.#own);
    return role === 'artist' ? all.filter(({ work }) => work.owner.person === name) : all;
  }
}
