import { verifyStatement } from '@llmchain/ledger-client';
import {
  canonicalJson,
  chargeOf,
  LlmchainError,
  mostChargeOf,
  orderedFrom,
  segmentStart,
  verificationMode,
  type ModelVersion,
  type SignedContinuation,
  type SignedReceipt,
  type Signer,
  type SignedTicket,
} from '@llmchain/protocol';
import type { Ledgers } from '../ports/ledger';
import { Memo } from './memo';

/** What a receipt has to fit. */
export interface Expected {
  ticket: SignedTicket;
  continuation?: SignedContinuation | undefined;
  producer: string;
  model: ModelVersion;
}

/** What is wrong with a receipt, in words; undefined when nothing is. */
function faultOf(receipt: SignedReceipt, expected: Expected, signer: Signer): string | undefined {
  const { body } = receipt;
  const { ticket, continuation, producer, model } = expected;
  if (signer.kind !== 'worker' || signer.owner.member !== producer) return 'its signer is not a worker of the producer';
  if (!verifyStatement('llmchain/receipt/1', receipt, signer.publicKey)) return 'its signature is not good';
  if (body.worker !== receipt.signer || body.producer !== producer) return 'it names another worker or producer';
  if (orderedFrom(body) !== producer) return 'it was ordered from another member';
  if (canonicalJson(body.ticket) !== canonicalJson(ticket)) return 'it answers another ticket';
  if (canonicalJson(body.continuation ?? null) !== canonicalJson(continuation ?? null))
    return 'it answers another order to go on';
  if (segmentStart(body) + body.completionTokens > ticket.body.maxTokens)
    return 'it counts more tokens than were ordered';
  const price = chargeOf(model.prices, body);
  if (body.amount !== price || price > mostChargeOf(body)) return 'its amount is not the price';
  const digests = new Set(model.files.map((file) => file.sha256));
  if (!digests.has(body.tokenizer) || !digests.has(body.template))
    return 'it names files that are not the model version’s';
  const { precision, mode } = body.execution;
  if (precision !== model.precision || mode !== verificationMode(model.verification))
    return 'it was computed in another precision or mode than the model version';
  return undefined;
}

/** Checks what a worker signed before anybody is charged for it. */
export class CheckReceipt {
  readonly #ledgers: Ledgers;
  /** Keys on the ledger never change. */
  readonly #signers = new Memo<Signer>(3_600_000);

  constructor(_options: object, ports: { ledgers: Ledgers }) {
    this.#ledgers = ports.ledgers;
  }

  /** @throws {LlmchainError} `not_verified` with the reason */
  async run(receipt: SignedReceipt, expected: Expected): Promise<void> {
    const signer = await this.#signers.get(receipt.signer, () => this.#ledgers.service.get('signer', receipt.signer));
    const fault = faultOf(receipt, expected, signer);
    if (fault === undefined) return;
    throw new LlmchainError(
      'not_verified',
      `The receipt of ${expected.producer} is not good: ${fault}. Nothing was charged.`,
      {
        producer: expected.producer,
        worker: receipt.signer,
      },
    );
  }
}
