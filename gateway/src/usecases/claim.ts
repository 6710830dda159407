import {
  digestOf,
  LlmchainError,
  ordinal,
  type Account,
  type ClaimCursor,
  type ModelVersion,
} from '@llmchain/protocol';
import type { Actor } from '../ports/actor';
import type { Membership } from '../ports/consortium';
import type { Ledger, Ledgers } from '../ports/ledger';
import type { Operations } from '../ports/operations';
import { derivedOperation } from './operation';
import type { RoyaltyPlace, RoyaltyTables } from './royalty-tables';

export interface ClaimOrder {
  payee?: Account | undefined;
  model: string;
  version: number;
  /** One producer's batches only; MSP id. */
  producer?: string | undefined;
}

/** What one claim paid, micro-credits. */
export interface PaidClaim {
  producer: string;
  upTo: number;
  amount: number;
  transaction: string;
  block: number;
}

/** What is claimed of one producer's batches: up to which sequence numbers, one transaction after another. */
interface Step {
  producer: string;
  upTo: number;
}

/** Settlements that one claim may read. */
const CLAIMED_AT_ONCE = 100;

/** Collects what a payee has earned with one model version, from every producer's settled batches. */
export class Claim {
  readonly #options: Membership;
  readonly #ports: { ledgers: Ledgers; tables: RoyaltyTables; operations: Operations };

  constructor(options: Membership, ports: { ledgers: Ledgers; tables: RoyaltyTables; operations: Operations }) {
    this.#options = options;
    this.#ports = ports;
  }

  /**
   * @param operationId from a caller that may repeat itself: what it claims is settled at the first call, however much is
   * earned until the next; without one a repetition claims what has come since, and pays nothing twice either
   * @throws {LlmchainError} `not_found` for a payee that the model version owes nothing; `digest_mismatch` | `conflict`
   */
  async run(
    actor: Actor,
    order: ClaimOrder,
    operationId?: string,
  ): Promise<{ payee: Account; claims: PaidClaim[]; amount: number }> {
    const { own } = this.#options;
    const payee: Account = order.payee ?? (actor.role === 'artist' ? `artist:${own}:${actor.name}` : `member:${own}`);
    const ledger = await this.#ports.ledgers.as(actor);
    const model = await ledger.get('model', order.model, ordinal(order.version));
    const place = await this.#entry(model, payee);
    const claims: PaidClaim[] = [];
    for (const { producer, upTo } of await this.#steps(ledger, payee, order, operationId)) {
      const of = { payee, producer, model: model.model, version: model.version };
      const { result, transaction, block } = await ledger.submit('credits:claim', {
        operationId: derivedOperation('claim', digestOf({ ...of, upTo })),
        ...of,
        upTo,
        ...(place ?? {}),
      });
      claims.push({ producer, upTo, amount: result.paid ?? 0, transaction, block });
    }
    return { payee, claims, amount: claims.reduce((sum, claim) => sum + claim.amount, 0) };
  }

  async #steps(ledger: Ledger, payee: Account, order: ClaimOrder, operationId: string | undefined): Promise<Step[]> {
    const { model, version, producer } = order;
    const steps: Step[] = [];
    const plan = async (): Promise<Step[]> => {
      for (const each of producer === undefined ? this.#options.members : [producer])
        for await (const upTo of this.#due(ledger, { payee, producer: each, model, version }))
          steps.push({ producer: each, upTo });
      return steps;
    };
    if (operationId === undefined) return plan();
    const id = derivedOperation('claims', operationId);
    const request = digestOf({ payee, model, version, producer: producer ?? null });
    const { plan: kept } = await this.#ports.operations.begin({ id, request }, { steps: await plan() });
    return kept.steps;
  }

  /** The payee's entry in the model version's royalty table, with proof; members, and all of them together, need none. */
  async #entry({ royalty, owner, model, version }: ModelVersion, payee: Account): Promise<RoyaltyPlace | undefined> {
    const place = royalty && (await this.#ports.tables.place(royalty, payee, owner.member));
    if (place || !payee.startsWith('artist:')) return place;
    throw new LlmchainError('not_found', `${model}@${version} was not trained on works of ${payee}.`, { payee });
  }

  /** Up to where each of the next claims goes. */
  async *#due(
    ledger: Ledger,
    of: { payee: string; producer: string; model: string; version: number },
  ): AsyncGenerator<number> {
    let next = (await this.#cursor(ledger, of))?.next ?? 1;
    for (;;) {
      const upTo = await this.#settledUpTo(ledger, of, next);
      if (upTo === undefined) return;
      yield upTo;
      next = upTo + 1;
    }
  }

  #cursor(
    ledger: Ledger,
    of: { payee: string; producer: string; model: string; version: number },
  ): Promise<ClaimCursor | undefined> {
    return ledger.find('cursor', of.payee, of.producer, of.model, ordinal(of.version));
  }

  /**
   * Up to where to claim: the last batch from `next` on before the first one of the model version that is not settled;
   * undefined when nothing was earned until there. At most as many as one claim may read.
   */
  async #settledUpTo(
    ledger: Ledger,
    of: { producer: string; model: string; version: number },
    next: number,
  ): Promise<number | undefined> {
    let last: number | undefined;
    const end = next + CLAIMED_AT_ONCE;
    for (let sequence = next; sequence < end; sequence++) {
      const settlement = await ledger.find('settlement', of.producer, ordinal(sequence));
      if (!settlement) return last;
      if (settlement.model !== of.model || settlement.version !== of.version) continue;
      if (settlement.state === 'pending') return last;
      if (settlement.state === 'released') last = sequence;
    }
    return end - 1;
  }
}
