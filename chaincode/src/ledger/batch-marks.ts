import {
  LlmchainError,
  ordinal,
  SILENCE_WEIGHS_MS,
  type Batch,
  type BatchEntry,
  type BatchRefusal,
  type BatchRefusalEntry,
  type BatchSilence,
} from '@llmchain/protocol';
import type { Marks } from '../rules/turns';
import type { State } from './state';

/**
 * Refusals and silences, a key each under their batch: who decides on the batch reads them all, so that none can be left
 * out that is written meanwhile (phantom reads).
 */
export class BatchMarks {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  async of({ producer, sequence }: Pick<Batch, 'producer' | 'sequence'>): Promise<Marks> {
    const refusals = await this.#state.under('batch-refusal', producer, ordinal(sequence));
    const silences = await this.#state.under('batch-silence', producer, ordinal(sequence));
    return { refusals, silences };
  }

  async refusalOf(batch: Pick<Batch, 'producer' | 'sequence'>, member: string): Promise<BatchRefusal | undefined> {
    return this.#state.find('batch-refusal', batch.producer, ordinal(batch.sequence), member);
  }

  async refuse(
    { batch, state }: Batch,
    entry: BatchRefusalEntry,
    { member, now }: { member: string; now: number },
  ): Promise<BatchRefusal> {
    return this.#state.create('batch-refusal', [entry.producer, ordinal(entry.sequence), member], {
      ...entry,
      batch,
      member,
      state: state === 'accepted' ? state : 'anchored',
      refused: now,
      owner: { member },
    });
  }

  async passOver(
    { producer, sequence, batch }: Batch,
    member: string,
    { by, now }: { by: string; now: number },
  ): Promise<BatchSilence> {
    return this.#state.create('batch-silence', [producer, ordinal(sequence), member], {
      producer,
      sequence,
      batch,
      member,
      passed: now,
      owner: { member: by },
    });
  }

  /**
   * Whose silences, as a producer names them, still put them last. They never change once they are there, so that reading
   * them holds up no other transaction.
   * @throws {LlmchainError} `not_found` when one did not happen
   */
  async lately(producer: string, { silent = [] }: Pick<BatchEntry, 'silent'>, now: number): Promise<Set<string>> {
    const keys = silent.map(({ member, sequence }) => [producer, ordinal(sequence), member]);
    const found = await this.#state.findMany('batch-silence', keys);
    return new Set(
      silent.flatMap(({ member, sequence }, index) => {
        const silence = found[index];
        if (!silence)
          throw new LlmchainError('not_found', `${member} was not passed over at batch ${producer}/${sequence}.`, {
            member,
            sequence,
          });
        return silence.passed + SILENCE_WEIGHS_MS > now ? [member] : [];
      }),
    );
  }
}
