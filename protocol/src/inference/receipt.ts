import { z } from 'zod';
import { priceOf } from '../money/price';
import type { Prices } from '../records/model';
import { Precision, VerificationMode } from '../records/verification';
import { Digest, Hex64, Id, Micro, Millis, MspId } from '../schema/scalars';
import { ActivationFingerprint, MOST_FINGERPRINTS } from './activation-fingerprint';
import { continuationDigest, SignedContinuation } from './continuation';
import { SignedTicket, ticketDigest } from './ticket';

/** How the answer was computed. */
export const Execution = z.strictObject({
  provider: z.enum(['cpu', 'cuda', 'webgpu']),
  precision: Precision,
  /** Such as `onnxruntime-node/1.30.0`. */
  runtime: z.string().regex(/^[\x21-\x7e]{1,100}$/, 'must be 1 to 100 visible ASCII characters'),
  mode: VerificationMode,
});
export type Execution = z.infer<typeof Execution>;

/**
 * What a worker signs for an answer, or for the segment of it that it gave. Prompts and answers are in it only as salted
 * commitments.
 */
export const Receipt = z.strictObject({
  schema: z.literal('receipt/1'),
  ticket: SignedTicket,
  /** Where the answer began elsewhere: what ordered this segment. */
  continuation: SignedContinuation.optional(),
  worker: Id,
  producer: MspId,
  /**
   * Digests of the model's tokenizer and chat template files as the worker loaded them; of the file that says how inputs
   * become tensors where a model has none of these.
   */
  tokenizer: Digest,
  template: Digest,
  /** Salted digest of the token ids that this worker generated, or of the tensors that it gave, see `commitment`. */
  output: Digest,
  /** Or what stands for them, see `Prices`. */
  promptTokens: z.number().int().min(1),
  /** Of this segment. */
  completionTokens: z.number().int().min(0),
  /** `cancelled` by the caller, `tainted` when consent behind the model fell while it was answered. */
  stop: z.enum(['stop', 'length', 'cancelled', 'tainted']),
  execution: Execution,
  /** Of the last hidden states that the tokens were drawn from, window by window; where the version asks for them. */
  fingerprints: z.array(ActivationFingerprint).max(MOST_FINGERPRINTS).optional(),
  amount: Micro,
  started: Millis,
  ended: Millis,
});
export type Receipt = z.infer<typeof Receipt>;

export const SignedReceipt = z.strictObject({ body: Receipt, signer: Id, signature: Hex64 });
export type SignedReceipt = z.infer<typeof SignedReceipt>;

/** Digest of the order that it answers: the ticket, or the continuation where the answer began elsewhere. */
export function receiptId({ ticket, continuation }: Pick<Receipt, 'ticket' | 'continuation'>): string {
  return continuation ? continuationDigest(continuation.body) : ticketDigest(ticket.body);
}

/** What all segments of one answer share, and the first of them is named by: the ticket's digest. */
export function answerId({ ticket }: Pick<Receipt, 'ticket'>): string {
  return ticketDigest(ticket.body);
}

/** Position in the answer of the first token of a receipt's segment. */
export function segmentStart({ continuation }: Pick<Receipt, 'continuation'>): number {
  return continuation?.body.from ?? 0;
}

/** The member that was to compute a receipt's segment. */
export function orderedFrom({ ticket, continuation }: Pick<Receipt, 'ticket' | 'continuation'>): string {
  return (continuation ?? ticket).body.producer;
}

/** What a segment costs, micro-credits: request and prompt are paid with the first, the others' tokens alone. */
export function chargeOf(
  prices: Prices,
  receipt: Pick<Receipt, 'continuation' | 'promptTokens' | 'completionTokens'>,
): number {
  const { continuation, promptTokens, completionTokens } = receipt;
  return continuation ? prices.completionToken * completionTokens : priceOf(prices, promptTokens, completionTokens);
}

/** The most that a segment may cost, micro-credits. */
export function mostChargeOf({ ticket, continuation }: Pick<Receipt, 'ticket' | 'continuation'>): number {
  return (continuation ?? ticket).body.maxAmount;
}
