import {
  BATCH_TIMEOUT_MS,
  batchId,
  LlmchainError,
  ordinal,
  turnsOf,
  type Batch,
  type BatchEntry,
  type BatchRef,
  type Consortium,
  type Finding,
  type ModelVersion,
} from '@llmchain/protocol';
import { electorateOf, reseated } from '../rules/batch';
import { settle, type Earnings } from '../rules/settlement';
import { outOfPeers } from './key-policy';
import type { State } from './state';

/**
 * Anchored batches. Batch, settlement and debits are made and protected at the anchor; what decides a batch writes those
 * keys and no others, so that its rivals' endorsements are needed and enough.
 */
export class Batches {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  async find({ producer, sequence }: BatchRef): Promise<Batch | undefined> {
    return this.#state.find('batch', producer, ordinal(sequence));
  }

  /** @throws {LlmchainError} `not_found` */
  async get({ producer, sequence }: BatchRef): Promise<Batch> {
    return this.#state.get('batch', producer, ordinal(sequence));
  }

  /**
   * Writes the batch and all that its decision will change; the sessions' money is drawn by the caller.
   * @param situation.silent rivals that are called upon last
   */
  async anchor(
    producer: string,
    entry: BatchEntry,
    { consortium, silent, now }: { consortium: Consortium; silent: ReadonlySet<string>; now: number },
  ): Promise<Batch> {
    const { members, verifiersNeeded, batchTimeoutMs = BATCH_TIMEOUT_MS } = consortium;
    const electorate = electorateOf(producer, members);
    const key = [producer, ordinal(entry.sequence)];
    const batch = batchId(producer, entry.sequence);
    const owner = { member: producer };
    const policy = outOfPeers(verifiersNeeded, electorate);
    for (const { session, amount } of entry.sessions) {
      const debit = [...key, session];
      await this.#state.create('debit', debit, { session, batch, amount, state: 'held', owner });
      await this.#state.protect('debit', debit, policy);
    }
    await this.#state.create('batch-mark', key, { root: entry.root, owner });
    const { model, version } = entry;
    await this.#state.create('settlement', key, { batch, model, version, state: 'pending', parts: [], pool: 0, owner });
    await this.#state.protect('settlement', key, policy);
    const anchored = await this.#state.create('batch', key, {
      ...entry,
      batch,
      producer,
      electorate,
      turns: turnsOf(electorate, entry.sequence, silent),
      needed: verifiersNeeded,
      state: 'anchored',
      verifiers: [],
      anchored: now,
      deadline: now + batchTimeoutMs,
      owner,
    });
    await this.#state.protect('batch', key, policy);
    return anchored;
  }

  /**
   * Puts the members of now into the place of an open batch's electorate: in its record, and in the policies of all that its
   * decision will change. What was endorsed against the old record dies with it (MVCC).
   */
  async rotate(batch: Batch, consortium: Consortium): Promise<Batch> {
    const key = [batch.producer, ordinal(batch.sequence)];
    const seats = reseated(batch, consortium);
    const policy = outOfPeers(seats.needed, seats.electorate);
    for (const { session } of batch.sessions) await this.#state.protect('debit', [...key, session], policy);
    await this.#state.protect('settlement', key, policy);
    await this.#state.protect('batch', key, policy);
    return this.#state.update('batch', key, { ...batch, ...seats });
  }

  /** Pays by lineage. @throws {LlmchainError} `not_found` | `wrong_state` */
  async accept(batch: Batch, verifiers: string[]): Promise<Batch> {
    const model = await this.#state.get('model', batch.model, ordinal(batch.version));
    if (!model.fees)
      throw new LlmchainError('wrong_state', `${batch.model}@${batch.version} has no frozen fee policy.`, {
        model: batch.model,
      });
    const earned = settle({
      amount: batch.amount,
      fees: model.fees,
      producer: batch.producer,
      verifiers,
      modelOwner: model.owner.member,
      contributors: await this.#contributors(model),
    });
    return this.#decide({ ...batch, state: 'accepted', verifiers }, { ...earned, state: 'released' }, 'spent');
  }

  /** Pays nobody; what the sessions gave waits to be taken back. */
  async reject(batch: Batch, findings: Finding[]): Promise<Batch> {
    return this.#decide({ ...batch, state: 'rejected', findings }, { state: 'void' }, 'released');
  }

  /** As {@link reject}, when the members did not verify it in time. */
  async expire(batch: Batch): Promise<Batch> {
    return this.#decide({ ...batch, state: 'expired' }, { state: 'void' }, 'released');
  }

  /** Who gave the data that a version was trained on; undefined for one from outside. */
  async #contributors({ datasets }: Pick<ModelVersion, 'datasets'>): Promise<Earnings['contributors']> {
    if (!datasets) return undefined;
    const contributors = [];
    for (const { dataset, version } of datasets) {
      const { owner, tokens } = await this.#state.get('dataset-version', dataset, ordinal(version));
      contributors.push({ member: owner.member, tokens });
    }
    return contributors;
  }

  async #decide(
    batch: Batch,
    outcome: { state: 'void' } | ({ state: 'released' } & ReturnType<typeof settle>),
    debits: 'spent' | 'released',
  ): Promise<Batch> {
    const key = [batch.producer, ordinal(batch.sequence)];
    const settlement = await this.#state.get('settlement', ...key);
    await this.#state.update('settlement', key, { ...settlement, ...outcome });
    for (const { session } of batch.sessions) {
      const debit = await this.#state.get('debit', ...key, session);
      await this.#state.update('debit', [...key, session], { ...debit, state: debits });
    }
    return this.#state.update('batch', key, batch);
  }
}
