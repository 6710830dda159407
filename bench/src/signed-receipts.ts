import { randomBytes } from 'node:crypto';
import { signStatement } from '@llmchain/ledger-client';
import {
  canonicalJson,
  publicKeyOf,
  receiptId,
  sha256Hex,
  toHex,
  type Domain,
  type Receipt,
  type Signed,
  type Ticket,
} from '@llmchain/protocol';

/** A key that signs, and what the ledger knows of it. */
class Signer {
  readonly id = `bench-${toHex(randomBytes(8))}`;
  readonly #secretKey: Uint8Array = randomBytes(32);
  /** Ed25519, hexadecimal. */
  readonly publicKey = publicKeyOf(this.#secretKey);

  sign<T>(domain: Domain, body: T): Signed<T> {
    return signStatement(domain, body, this.id, this.#secretKey);
  }
}

interface Order {
  /** MSP ids of whose gateway orders and whose worker answers. */
  gateway: string;
  producer: string;
  model: string;
  /** Who pays, in turns. */
  sessions: readonly string[];
  /** What each answer costs, micro-credits. */
  amount: number;
}

/** Receipts as a worker signs them, with tickets as a gateway does, of answers that nobody computed. */
export class SignedReceipts {
  readonly gateway = new Signer();
  readonly worker = new Signer();
  readonly #order: Order;
  #made = 0;

  constructor(order: Order) {
    this.#order = order;
  }

  /** The next receipts, none of them like another. */
  take(count: number): { id: string; body: string }[] {
    return Array.from({ length: count }, () => {
      const receipt = this.#receipt(this.#made++);
      return { id: receiptId(receipt), body: canonicalJson(this.worker.sign('llmchain/receipt/1', receipt)) };
    });
  }

  #receipt(index: number): Receipt {
    const { producer, amount } = this.#order;
    const ticket = this.#ticket(index);
    return {
      schema: 'receipt/1',
      ticket: this.gateway.sign('llmchain/ticket/1', ticket),
      worker: this.worker.id,
      producer,
      tokenizer: sha256Hex('tokenizer'),
      template: sha256Hex('template'),
      output: sha256Hex(`output ${ticket.nonce}`),
      promptTokens: 40,
      completionTokens: 64,
      stop: 'length',
      execution: { provider: 'cpu', precision: 'fp32', runtime: 'bench/1', mode: 'exact' },
      amount,
      started: ticket.issued,
      ended: ticket.issued + 900,
    };
  }

  #ticket(index: number): Ticket {
    const { gateway, producer, model, sessions, amount } = this.#order;
    const nonce = toHex(randomBytes(32));
    const issued = Date.now();
    return {
      schema: 'ticket/1',
      requestId: `request-${index}`,
      gateway,
      producer,
      session: sessions[index % sessions.length]!,
      model,
      version: 1,
      input: sha256Hex(`input ${nonce}`),
      sampler: { temperatureMilli: 800 },
      maxTokens: 64,
      maxAmount: amount,
      issued,
      expires: issued + 60_000,
      nonce,
    };
  }
}
