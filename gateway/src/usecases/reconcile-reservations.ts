import { decode, LlmchainError, ordinal, receiptId, SignedReceipt } from '@llmchain/protocol';
import type { Ledgers } from '../ports/ledger';
import type { Log } from '../ports/log';
import type { Peers } from '../ports/peers';
import type { Production } from '../ports/production';
import type { Reservation, Sessions } from '../ports/sessions';
import type { CheckReceipt } from './check-receipt';

/** How long after its end a ticket may still turn up in a receipt, milliseconds. */
const GRACE = 60_000;

interface Ports {
  ledgers: Ledgers;
  sessions: Sessions;
  peers: Peers;
  production: Pick<Production, 'find'>;
  checker: CheckReceipt;
  log: Log;
}

/**
 * Settles reservations whose answers broke off: the producer is asked for the receipt of what it computed until then; when
 * it has none and the ticket's time is over, the credits are given back.
 */
export class ReconcileReservations {
  readonly #options: { member: string };
  readonly #ports: Ports;

  constructor(options: { member: string }, ports: Ports) {
    this.#options = options;
    this.#ports = ports;
  }

  async run(now = Date.now()): Promise<void> {
    for (const reservation of await this.#ports.sessions.dangling(now - GRACE)) {
      try {
        await this.#reconcile(reservation, now);
      } catch (error) {
        this.#ports.log.warn({ receipt: reservation.receipt, error: String(error) }, 'a reservation stays open');
      }
    }
  }

  async #reconcile(reservation: Reservation, now: number): Promise<void> {
    const receipt = await this.#receipt(reservation);
    if (receipt && (await this.#good(receipt, reservation))) await this.#ports.sessions.settle(receipt);
    else if (reservation.expires + GRACE < now) await this.#ports.sessions.release(reservation.receipt);
  }

  /** Nobody is charged for a receipt that is not good; rivals will not accept it either. */
  async #good(receipt: SignedReceipt, { producer, receipt: id }: Reservation): Promise<boolean> {
    const { ticket, continuation } = receipt.body;
    if (receiptId(receipt.body) !== id) return false;
    const model = await this.#ports.ledgers.service.get('model', ticket.body.model, ordinal(ticket.body.version));
    try {
      await this.#ports.checker.run(receipt, { ticket, continuation, producer, model });
      return true;
    } catch (error) {
      if (!(error instanceof LlmchainError) || error.code !== 'not_verified') throw error;
      this.#ports.log.warn({ receipt: id, producer }, error.message);
      return false;
    }
  }

  async #receipt({ producer, receipt }: Reservation): Promise<SignedReceipt | undefined> {
    if (producer === this.#options.member) return (await this.#ports.production.find(receipt))?.receipt;
    try {
      return decode(SignedReceipt, (await this.#ports.peers.receipt(producer, receipt)).receipt, 'receipt');
    } catch (error) {
      if (error instanceof LlmchainError && error.code === 'not_found') return undefined;
      throw error;
    }
  }
}
