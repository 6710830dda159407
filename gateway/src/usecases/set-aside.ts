import { outOfService, type BatchWorker, type SignedReceipt, type Suspension } from '@llmchain/protocol';
import type { Ledgers } from '../ports/ledger';
import type { Log } from '../ports/log';
import type { Production } from '../ports/production';

/** Why receipts are refused that answer orders which fell into a suspension of their worker. */
export const SUSPENDED = 'suspended';

/** Keeps receipts out of batches that the ledger would refuse them in, so that they hold up no others. */
export class SetAside {
  readonly #ports: { ledgers: Ledgers; production: Production; log: Log };

  constructor(_options: object, ports: { ledgers: Ledgers; production: Production; log: Log }) {
    this.#ports = ports;
  }

  /**
   * Sets those of the pending receipts aside that nothing is paid for.
   * @param workers whose receipts are drafted, with the last orders that they answered
   * @returns whether there were any: the draft is to be made anew
   */
  async run(workers: readonly BatchWorker[]): Promise<boolean> {
    const { ledgers, log, production } = this.#ports;
    const now = Date.now();
    const suspensions = new Map<string, Suspension>();
    for (const { worker, lastOrder } of workers) {
      const suspension = await ledgers.service.find('suspension', worker);
      if (suspension && outOfService(suspension, { issued: lastOrder, now })) suspensions.set(worker, suspension);
    }
    if (suspensions.size === 0) return false;
    const aside: string[] = [];
    for await (const page of production.pending()) {
      for (const { id, body } of page) {
        const { worker, ticket } = (JSON.parse(body) as SignedReceipt).body;
        if (outOfService(suspensions.get(worker), { issued: ticket.body.issued, now })) aside.push(id);
      }
    }
    await production.setAside(aside, SUSPENDED);
    log.warn(
      { workers: [...suspensions.keys()], receipts: aside.length },
      'receipts of a suspended worker earn nothing',
    );
    return aside.length > 0;
  }
}
