import {
  LlmchainError,
  taintKey,
  type Owner,
  type Taint,
  type TaintCause,
  type TaintSubject,
} from '@llmchain/protocol';
import type { State } from './state';

/**
 * Taint on the ledger: that consent behind something no longer stands. It moves one edge per transaction, which anyone may
 * submit, and is lifted the same way; gateways act on the closure without waiting for these records.
 */
export class Taints {
  readonly #state: State;

  constructor({ state }: { state: State }) {
    this.#state = state;
  }

  /** Why the subject is tainted, while it is. */
  async of(subject: TaintSubject): Promise<Taint | undefined> {
    const taint = await this.#state.find('taint', ...taintKey(subject));
    return taint?.state === 'tainted' ? taint : undefined;
  }

  /** The first of these that is tainted. */
  async first(subjects: readonly TaintSubject[]): Promise<TaintSubject | undefined> {
    for (const subject of subjects) if (await this.of(subject)) return subject;
    return undefined;
  }

  /** Idempotent by the record's state. */
  async put(subject: TaintSubject, cause: TaintCause, owner: Owner): Promise<Taint> {
    const key = taintKey(subject);
    const before = await this.#state.find('taint', ...key);
    if (before?.state === 'tainted') return before;
    return before
      ? this.#state.update('taint', key, { ...before, cause, state: 'tainted' })
      : this.#state.create('taint', key, { subject, cause, state: 'tainted', owner });
  }

  /** Idempotent by the record's state. @throws {LlmchainError} `not_found` */
  async lift(subject: TaintSubject): Promise<Taint> {
    const key = taintKey(subject);
    const taint = await this.#state.get('taint', ...key);
    return taint.state === 'lifted' ? taint : this.#state.update('taint', key, { ...taint, state: 'lifted' });
  }

  /** Taints what rests on tainted things. @throws {LlmchainError} `wrong_state` when none of them is tainted */
  async inherit(subject: TaintSubject, from: readonly TaintSubject[], owner: Owner): Promise<Taint> {
    const source = await this.first(from);
    if (!source) throw new LlmchainError('wrong_state', 'Nothing that this rests on is tainted.', { subject });
    return this.put(subject, source, owner);
  }

  /** Lifts the taint of what rests on nothing tainted. @throws {LlmchainError} `tainted` | `not_found` */
  async clear(subject: TaintSubject, from: readonly TaintSubject[]): Promise<Taint> {
    const source = await this.first(from);
    if (source)
      throw new LlmchainError('tainted', 'Something that this rests on is still tainted. Lift that first.', {
        cause: source,
      });
    return this.lift(subject);
  }

  /** @throws {LlmchainError} `tainted` */
  async demandClean(subject: TaintSubject): Promise<void> {
    const taint = await this.of(subject);
    if (!taint) return;
    throw new LlmchainError('tainted', 'Consent behind this no longer stands; it cannot be used until it does.', {
      subject,
      cause: taint.cause,
    });
  }
}
