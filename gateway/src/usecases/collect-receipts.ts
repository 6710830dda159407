import { decodeJson, Opening, receiptId, SignedReceipt } from '@llmchain/protocol';
import type { Log } from '../ports/log';
import type { Production } from '../ports/production';
import type { Openings } from '../ports/receipts';
import type { WorkerRef, Workers } from '../ports/workers';
import { mapConcurrently } from './concurrency';

/** Receipts taken from the worker at once. */
const TAKEN_AT_ONCE = 500;

interface Ports {
  workers: Workers;
  production: Production;
  openings: Openings;
  log: Log;
}

/** Takes receipts and openings from the own workers; a worker forgets them only when both are stored. */
export class CollectReceipts {
  readonly #own: string;
  readonly #ports: Ports;

  /** @param options.member MSP id of the own member */
  constructor(options: { member: string }, ports: Ports) {
    this.#own = options.member;
    this.#ports = ports;
  }

  /** @returns how many were taken @throws {LlmchainError} `unavailable`, once the workers that answer were heard */
  async run(): Promise<number> {
    const own = this.#ports.workers.all.filter(({ member }) => member === this.#own);
    const taken = await Promise.allSettled(own.map((worker) => this.#take(worker)));
    for (const each of taken) if (each.status === 'rejected') throw each.reason;
    return taken.reduce((sum, each) => sum + (each.status === 'fulfilled' ? each.value : 0), 0);
  }

  async #take(worker: WorkerRef): Promise<number> {
    const { workers, production, openings } = this.#ports;
    let taken = 0;
    for (;;) {
      const pending = await workers.pending(worker, TAKEN_AT_ONCE);
      const received = pending.flatMap((each) => this.#decode(each.receipt, each.opening));
      await mapConcurrently(received, 8, ({ opening }) => openings.put(opening));
      await production.add(received.map(({ receipt }) => receipt));
      const ids = received.map(({ opening }) => opening.receipt);
      if (ids.length > 0) await workers.acknowledge(worker, ids);
      taken += ids.length;
      if (pending.length < TAKEN_AT_ONCE || ids.length === 0) return taken;
    }
  }

  #decode(receipt: string, opening: string): { receipt: SignedReceipt; opening: Opening }[] {
    try {
      const received = { receipt: decodeJson(SignedReceipt, receipt), opening: decodeJson(Opening, opening) };
      if (receiptId(received.receipt.body) === received.opening.receipt) return [received];
      this.#ports.log.error(
        { receipt: received.opening.receipt },
        'the worker handed over an opening of another receipt',
      );
    } catch (error) {
      this.#ports.log.error({ error: String(error) }, 'the worker handed over a receipt that cannot be read');
    }
    return [];
  }
}
