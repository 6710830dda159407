import { setTimeout as delay } from 'node:timers/promises';
import {
  answerId,
  batchId,
  Finding,
  InclusionProof,
  LlmchainError,
  MerkleTree,
  ordinal,
  receiptId,
  segmentStart,
  SignedReceipt,
  toHex,
  verifyInclusion,
  canonicalJson,
  type Batch,
} from '@llmchain/protocol';
import { z } from 'zod';
import type { Actor } from '../ports/actor';
import type { Ledgers } from '../ports/ledger';
import type { Lineage } from '../ports/lineage';
import type { Peers } from '../ports/peers';
import type { Production } from '../ports/production';
import { Refusal, type PlacedReceipt } from '../ports/receipts';
import type { Sessions } from '../ports/sessions';
import { REVOKED } from './anchor-receipts';
import { SUSPENDED } from './set-aside';
import { Memo } from './memo';
import { receiptLeaf } from './receipt-leaf';

/** What is known of an answer: who computed it, where it stands on the ledger, who verified it. */
export const ReceiptStatus = z.strictObject({
  id: z.string(),
  /**
   * `refunded`: rejected or expired, and the session has its credits back. `released`: the version was revoked before the
   * receipt was anchored, so it never is, and the session has its credits back.
   */
  state: z.enum(['signed', 'anchored', 'accepted', 'rejected', 'expired', 'refunded', 'released']),
  producer: z.string(),
  worker: z.string(),
  model: z.string(),
  version: z.number().int(),
  receipt: SignedReceipt,
  /** The segments of the answer that receipts are here of, in their order; one, unless a worker broke off. */
  segments: z.array(
    z.strictObject({
      /** Id of the segment's receipt. */
      id: z.string(),
      producer: z.string(),
      worker: z.string(),
      /** Position in the answer of its first token, and how many there are. */
      from: z.number().int(),
      tokens: z.number().int(),
      amount: z.number().int(),
    }),
  ),
  /** `<producer>/<sequence>`, once it is anchored. */
  batch: z.string().nullable(),
  /** That the receipt stands in the batch whose root the ledger holds. */
  proof: z.strictObject({ inclusion: InclusionProof, root: z.string() }).nullable(),
  /** Members whose endorsements accepted the batch, read from the accepting transaction. */
  endorsers: z.array(z.string()),
  /** Members that did not accept the batch, as its producer tells. */
  refusals: z.array(Refusal),
  /** Why the members rejected the batch, from the ledger. */
  findings: z.array(Finding),
});
export type ReceiptStatus = z.infer<typeof ReceiptStatus>;

interface Ports {
  ledgers: Ledgers;
  sessions: Sessions;
  production: Production;
  peers: Peers;
  lineage: Lineage;
}

/** How long to wait for the index to have a transaction that the ledger has, milliseconds. */
const INDEX_PATIENCE = 3_000;

/** How long a batch's tree is kept for further proofs, milliseconds, and how many are. */
const TREES_FOR = 60_000;
const MOST_TREES = 8;

/** Tells what became of a receipt, at its caller's gateway and at its producer's. */
export class ReadReceipt {
  readonly #options: { member: string };
  readonly #ports: Ports;
  /** Trees of anchored batches by sequence number: such a batch never changes. */
  readonly #trees = new Memo<MerkleTree>(TREES_FOR, MOST_TREES);

  constructor(options: { member: string }, ports: Ports) {
    this.#options = options;
    this.#ports = ports;
  }

  /** @throws {LlmchainError} `not_found` | `not_yet_indexed` | `digest_mismatch` when the producer's proof is wrong */
  async run(actor: Actor, id: string): Promise<ReceiptStatus> {
    const placed = (await this.own(id)) ?? (await this.#held(id));
    if (!placed || (actor.role === 'caller' && placed.receipt.body.ticket.body.session !== actor.session)) {
      throw new LlmchainError('not_found', `This member knows no receipt ${id}. Ask the gateway that answered.`, {
        receipt: id,
      });
    }
    const { receipt, sequence, proof } = placed;
    const { body } = receipt;
    const { model, version } = body.ticket.body;
    const held = await this.#ports.sessions.segments(answerId(body));
    const status = {
      id: receiptId(body),
      segments: (held.length > 0 ? held : [receipt]).map(segmentOf),
      producer: body.producer,
      worker: body.worker,
      model,
      version,
      receipt,
      refusals: placed.refusals,
      findings: [],
    };
    const batch =
      sequence === undefined
        ? undefined
        : await this.#ports.ledgers.service.find('batch', body.producer, ordinal(sequence));
    if (!batch || !proof) {
      return { ...status, ...(await this.#unanchored(placed)), batch: null, proof: null, endorsers: [] };
    }
    if (!verifyInclusion(canonicalJson(receipt), proof, batch.root)) {
      throw new LlmchainError(
        'digest_mismatch',
        `${body.producer} does not prove that the receipt stands in its batch.`,
        {
          receipt: id,
          batch: batch.batch,
        },
      );
    }
    await this.#remember(placed, batch, status.id);
    return {
      ...status,
      state: await this.#stateOf(batch, body.ticket.body.session),
      findings: batch.findings ?? [],
      batch: batch.batch,
      proof: { inclusion: proof, root: batch.root },
      endorsers: batch.state === 'accepted' ? await this.#endorsers(batch) : [],
    };
  }

  /** Whether a receipt that stands in no batch waits for one, or was given up. */
  async #unanchored({ receipt, refusals }: PlacedReceipt): Promise<Pick<ReceiptStatus, 'state' | 'refusals'>> {
    const { producer, ticket } = receipt.body;
    const { session, model, version } = ticket.body;
    const released = await this.#ports.sessions.released({ session, producer, model, version });
    // Where batches have drawn for some of these answers, only the producer can tell for which.
    const told = refusals.some(({ reason }) => reason === REVOKED);
    if (!released || released.amount === 0 || !(told || released.drawn === 0)) return { state: 'signed', refusals };
    return { state: 'released', refusals: told ? refusals : [...refusals, givenUp(producer, REVOKED)] };
  }

  async #stateOf(batch: Batch, session: string): Promise<ReceiptStatus['state']> {
    const { producer, sequence, state } = batch;
    if (state !== 'rejected' && state !== 'expired') return state;
    return (await this.#ports.ledgers.service.find('reclaim', producer, ordinal(sequence), session))
      ? 'refunded'
      : state;
  }

  /** A receipt of the own worker, as this member tells others of it. */
  async own(id: string): Promise<(PlacedReceipt & { own: true }) | undefined> {
    const { production } = this.#ports;
    const produced = await production.find(id);
    if (!produced) return undefined;
    const { receipt, sequence, position, state, reason } = produced;
    if (state === 'refused') {
      const { member } = this.#options;
      const told = reason === REVOKED || reason === SUSPENDED;
      const refusals = [told ? givenUp(member, reason) : { member, code: reason ?? 'refused' }];
      return { receipt, refusals, own: true };
    }
    if (state !== 'anchored' || sequence === undefined || position === undefined) {
      return { receipt, refusals: [], own: true };
    }
    const tree = await this.#trees.get(String(sequence), () => this.#tree(sequence));
    const proof = { index: position, count: tree.count, path: tree.path(position).map(toHex) };
    const refusals = (await production.batch(sequence))?.refusals ?? [];
    return { receipt, sequence, proof, refusals, own: true };
  }

  async #tree(sequence: number): Promise<MerkleTree> {
    const leaves: Uint8Array[] = [];
    for await (const page of this.#ports.production.receiptsOf(sequence)) {
      for (const { body } of page) leaves.push(receiptLeaf(body));
    }
    return new MerkleTree(leaves);
  }

  async #held(id: string): Promise<(PlacedReceipt & { own: false }) | undefined> {
    // The first segment of an answer may never be told; then the answer's id leads to the next.
    const [next] = await this.#ports.sessions.segments(id);
    const held = await this.#ports.sessions.receipt(next ? receiptId(next.body) : id);
    if (!held) return undefined;
    const { receipt, sequence } = held;
    const { producer } = receipt.body;
    const known =
      sequence === undefined ? undefined : await this.#ports.ledgers.service.find('batch', producer, ordinal(sequence));
    if (known?.state === 'accepted' && held.proof !== undefined) {
      return { receipt, sequence: sequence!, proof: InclusionProof.parse(held.proof), refusals: [], own: false };
    }
    try {
      const told = await this.#ports.peers.receipt(producer, receiptId(receipt.body));
      // The producer places the receipt; which receipt it is, this member knows itself.
      return { ...told, receipt, own: false };
    } catch (error) {
      if (sequence !== undefined) {
        return { receipt, sequence, proof: InclusionProof.parse(held.proof), refusals: [], own: false };
      }
      if (error instanceof LlmchainError) return { receipt, refusals: [], own: false };
      throw error;
    }
  }

  async #remember(placed: PlacedReceipt & { own: boolean }, batch: Batch, id: string): Promise<void> {
    if (placed.own || placed.sequence === undefined) return;
    await this.#ports.sessions.place(id, placed.sequence, placed.proof);
    const { body } = placed.receipt;
    const { model, version } = body.ticket.body;
    const place = batchId(body.producer, placed.sequence);
    await this.#ports.lineage.putReceipts([
      {
        id,
        batch: place,
        model,
        version,
        worker: body.worker,
        producer: batch.producer,
      },
    ]);
  }

  /** Who endorsed the transaction that last changed the batch: its acceptance. */
  async #endorsers(batch: Batch): Promise<string[]> {
    const until = Date.now() + INDEX_PATIENCE;
    for (;;) {
      const transaction = await this.#ports.lineage.transaction(batch.updatedTx);
      if (transaction) return transaction.endorsers;
      if (Date.now() > until) {
        throw new LlmchainError(
          'not_yet_indexed',
          'The index has not reached the acceptance of this batch. Ask again.',
          {
            transaction: batch.updatedTx,
          },
        );
      }
      await delay(100);
    }
  }
}

/** Why its producer anchors a receipt no more. */
function givenUp(member: string, reason: string): Refusal {
  return { member, code: 'wrong_state', reason };
}

function segmentOf({ body }: SignedReceipt): ReceiptStatus['segments'][number] {
  const { producer, worker, completionTokens: tokens, amount } = body;
  return { id: receiptId(body), producer, worker, from: segmentStart(body), tokens, amount };
}
