import { setTimeout as delay } from 'node:timers/promises';
import { LlmchainError, type Account, type Session } from '@llmchain/protocol';
import type { Actor } from '../ports/actor';
import type { ApiKeys } from '../ports/api-keys';
import type { Membership } from '../ports/consortium';
import type { Ledger, Ledgers } from '../ports/ledger';
import type { Sessions } from '../ports/sessions';
import { derivedOperation, operationOf } from './operation';
import type { ReleaseCharges } from './release-charges';
import type { Place } from './transact';

/** Deltas that one compaction takes. */
const COMPACTED_AT_ONCE = 500;

/** How long a closing session is waited for, and how often it is looked at, milliseconds. */
const PATIENCE = 5_000;
const LOOK_EVERY = 250;

/** Proposals of one transaction whose fate is not known. */
const ATTEMPTS = 3;

interface Ports {
  keys: ApiKeys;
  ledgers: Ledgers;
  sessions: Sessions;
  release: Pick<ReleaseCharges, 'run'>;
}

/** Prepaid sessions of this member's keys: paid by its treasury, on the ledger first, then in the gateway's books. */
export class FundSessions {
  readonly #options: Membership;
  readonly #ports: Ports;

  constructor(options: Membership, ports: Ports) {
    this.#options = options;
    this.#ports = ports;
  }

  /**
   * Opens a session for a key that has none that is open. @param order.amount micro-credits
   * @throws {LlmchainError} `not_found` | `wrong_state` | `insufficient_credits`
   */
  async open(
    administrator: Actor,
    order: { key: string; amount: number },
    operationId?: string,
  ): Promise<Session & Place> {
    const { keys } = this.#ports;
    const { key, amount } = order;
    const operation = operationOf(operationId);
    const session = `ses-${derivedOperation('session', this.#options.own, operation).slice(3, 35)}`;
    const holder = await keys.get(key);
    if (!holder)
      throw new LlmchainError('not_found', `This member has no key ${key}. GET /v1/keys lists them.`, { key });
    const present = holder.session;
    if (present !== undefined && present !== session) {
      const known = await this.#ports.ledgers.service.find('session', present);
      if (known?.state === 'open') {
        throw new LlmchainError('wrong_state', `Key ${key} has session ${present}. Top it up, or close it first.`, {
          key,
          session: present,
        });
      }
    }
    const opened = await this.fund(administrator, { key, session, amount }, operation);
    await keys.assign(key, session);
    return opened;
  }

  /** The session of a key, whatever the key's row says. */
  async fund(
    administrator: Actor,
    { key, session, amount }: { key: string; session: string; amount: number },
    operationId: string,
  ): Promise<Session & Place> {
    const ledger = await this.#ports.ledgers.as(administrator);
    await this.#gather(ledger, amount);
    const request = { operationId, session, caller: key, amount };
    const { result, transaction, block } = await certain(() => ledger.submit('inference:openSession', request));
    await this.#ports.sessions.open(session, amount);
    return { ...result, transaction, block };
  }

  /** @throws {LlmchainError} `not_found` | `not_authorised` | `wrong_state` | `insufficient_credits` */
  async topUp(administrator: Actor, session: string, amount: number, operationId?: string): Promise<Session & Place> {
    const ledger = await this.#ports.ledgers.as(administrator);
    await this.#gather(ledger, amount);
    const request = { operationId: operationOf(operationId), session, amount };
    const { result, transaction, block } = await certain(() => ledger.submit('inference:topUpSession', request));
    await this.#ports.sessions.topUp(session, result.escrow);
    return { ...result, transaction, block };
  }

  /**
   * Ends a session: from now on it pays for no more answers; what no answer has cost goes back to the treasury as soon as
   * all that were given are anchored, but for those that never can be.
   * @param abandon does not wait for answers that are not anchored; their producers get nothing for them
   * @throws {LlmchainError} `wrong_state` with `details.outstanding` while answers are not anchored yet: call again
   */
  async close(
    administrator: Actor,
    session: string,
    { abandon, operationId }: { abandon: boolean; operationId?: string | undefined },
  ): Promise<Session & Place> {
    const ledger = await this.#ports.ledgers.as(administrator);
    const held = await ledger.get('session', session);
    const own = held.owner.member === this.#options.own;
    if (own && held.state === 'open') {
      await this.#ports.sessions.close(session);
      if (!abandon) await this.#allAnchored(ledger, session);
    }
    const request = { operationId: operationOf(operationId), session };
    const { result, transaction, block } = await certain(() => ledger.submit('inference:closeSession', request));
    return { ...result, transaction, block };
  }

  async #allAnchored(ledger: Ledger, session: string): Promise<void> {
    let known = 0;
    for (const until = Date.now() + PATIENCE; ;) {
      const [books, held] = await Promise.all([this.#ports.sessions.find(session), ledger.get('session', session)]);
      const outstanding = books ? books.reserved + Math.max(0, books.spent - held.reserved) : 0;
      if (outstanding === 0) return;
      if (outstanding !== known) {
        known = outstanding;
        await this.#ports.release.run(session);
        continue;
      }
      if (Date.now() > until) {
        throw new LlmchainError(
          'wrong_state',
          `Answers of ${outstanding} micro-credits are not anchored yet. The session takes no more orders; close it again in a minute.`,
          { session, outstanding },
        );
      }
      await delay(LOOK_EVERY);
    }
  }

  /** Compacts what the treasury has received until it can spend the amount. */
  async #gather(ledger: Ledger, amount: number): Promise<void> {
    const account: Account = `member:${this.#options.own}`;
    for (;;) {
      const state = await ledger.query('credits:account', { account });
      if (state.balance >= amount || state.deltas.length === 0) return;
      const deltas = state.deltas.slice(0, COMPACTED_AT_ONCE);
      await ledger.submit('credits:compact', {
        operationId: derivedOperation('compact', account, ...deltas),
        account,
        deltas,
      });
    }
  }
}

/** The same operation again while its fate is not known: the ledger answers with the first result if there was one. */
async function certain<T>(submit: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await submit();
    } catch (error) {
      if (!(error instanceof LlmchainError) || error.code !== 'commit_unknown' || attempt === ATTEMPTS) throw error;
    }
  }
}
