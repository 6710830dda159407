import { z } from 'zod';
import { Precision, VerificationMode } from '../records/verification';
import { Digest, Hex64, Id, Micro, Millis, MspId } from '../schema/scalars';
import { ActivationFingerprint, MOST_FINGERPRINTS } from './activation-fingerprint';
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

/** What a worker signs for one answer. Prompts and answers are in it only as salted commitments. */
export const Receipt = z.strictObject({
  schema: z.literal('receipt/1'),
  ticket: SignedTicket,
  worker: Id,
  producer: MspId,
  /**
   * Digests of the model's tokenizer and chat template files as the worker loaded them; of the file that says how inputs
   * become tensors where a model has none of these.
   */
  tokenizer: Digest,
  template: Digest,
  /** Salted digest of the generated token ids, or of the tensors that were given, see `commitment`. */
  output: Digest,
  /** Or what stands for them, see `Prices`. */
  promptTokens: z.number().int().min(1),
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

export function receiptId(receipt: Receipt): string {
  return ticketDigest(receipt.ticket.body);
}
