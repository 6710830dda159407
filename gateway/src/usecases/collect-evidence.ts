import { setTimeout as delay } from 'node:timers/promises';
import { EvidenceCollector } from '@llmchain/evidence';
import { LlmchainError, ordinal, type RecordType } from '@llmchain/protocol';
import type { Actor } from '../ports/actor';
import type { Chain } from '../ports/chain';
import type { Membership } from '../ports/consortium';
import type { Ledgers } from '../ports/ledger';
import type { Lineage } from '../ports/lineage';
import type { ReadReceipt } from './read-receipt';

interface Ports {
  chain: Chain;
  ledgers: Ledgers;
  lineage: Lineage;
  readReceipt: ReadReceipt;
}

/** Wait before other members are asked, milliseconds: peers at different heights answer differently for a moment. */
const PAUSE = 250;

/** Puts together what proves a record or a receipt to anyone, offline. */
export class CollectEvidence {
  readonly #options: Membership;
  readonly #ports: Ports;
  readonly #collector: EvidenceCollector;

  constructor(options: Membership & { chaincode: string }, ports: Ports) {
    this.#options = options;
    this.#ports = ports;
    const source = {
      last: () => ports.lineage.height().block,
      block: (number: number) => ports.chain.block(number),
      read: (type: RecordType, parts: readonly string[]) => this.#read(type, parts),
    };
    this.#collector = new EvidenceCollector(options, { source });
  }

  /**
   * A record as it stands, and the transaction that wrote it.
   * @returns the bundle's text
   * @throws {LlmchainError} `not_found`; `unavailable` when too few members can be asked
   */
  async ofRecord(type: RecordType, ...parts: readonly string[]): Promise<string> {
    await this.#ports.ledgers.service.get(type, ...parts);
    return put(this.#collector.record(type, parts));
  }

  /**
   * A receipt in its accepted batch.
   * @throws {LlmchainError} as {@link ofRecord}; `verdict_pending` before the batch is accepted
   */
  async ofReceipt(actor: Actor, id: string): Promise<string> {
    const { receipt, state, proof, batch } = await this.#ports.readReceipt.run(actor, id);
    if (state !== 'accepted' || !proof || batch === null) {
      throw new LlmchainError('verdict_pending', `The receipt is ${state}; ask again once its batch is accepted.`, {
        receipt: id,
        state,
      });
    }
    const sequence = Number(batch.slice(batch.lastIndexOf('/') + 1));
    return put(this.#collector.receipt(receipt, proof.inclusion, [receipt.body.producer, ordinal(sequence)]));
  }

  /** Asks all members; where that fails, as few as prove something, the own member first. */
  async #read(type: RecordType, parts: readonly string[]): Promise<Uint8Array> {
    const { own, members } = this.#options;
    const all = [own, ...members.filter((member) => member !== own)];
    const enough = Math.floor((all.length - 1) / 3) + 1;
    const circles = [
      all,
      all,
      ...all.map((_, first) => [...all.slice(first), ...all.slice(0, first)].slice(0, enough)),
    ];
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#ports.chain.signedRead('ledger:get', { type, parts: [...parts] }, circles[attempt]!);
      } catch (error) {
        const passing = error instanceof LlmchainError && error.code === 'unavailable';
        if (!passing || attempt === circles.length - 1) throw error;
        await delay(PAUSE);
      }
    }
  }
}

async function put(bundle: Promise<string>): Promise<string> {
  try {
    return await bundle;
  } catch (cause) {
    if (cause instanceof LlmchainError) throw cause;
    throw new LlmchainError(
      'unavailable',
      `What the members gave proves nothing yet (${cause instanceof Error ? cause.message : String(cause)}). Try again in a moment.`,
      {},
      { cause },
    );
  }
}
