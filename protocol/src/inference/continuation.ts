import { z } from 'zod';
import { digestOf } from '../canonical/json';
import { Digest, Hex32, Hex64, Id, Micro, MspId } from '../schema/scalars';

/**
 * A gateway's order to go on with an answer that another worker broke off: under the ticket, whose digest stays the
 * sampler's seed, at the position where the tokens end that have come. Its digest is the id of the receipt for what follows.
 */
export const Continuation = z.strictObject({
  schema: z.literal('continuation/1'),
  /** Digest of the ticket. */
  ticket: Digest,
  /** The member whose worker is to go on; see `Ticket`. */
  producer: MspId,
  /** How many tokens of the answer have come. */
  from: z.number().int().min(1).max(1_000_000),
  /** Salted digest of these tokens, see `commitment`. */
  answered: Digest,
  /** The most that what follows may cost. */
  maxAmount: Micro,
  nonce: Hex32,
});
export type Continuation = z.infer<typeof Continuation>;

export const SignedContinuation = z.strictObject({ body: Continuation, signer: Id, signature: Hex64 });
export type SignedContinuation = z.infer<typeof SignedContinuation>;

/** Id of the receipt for what follows, 32 bytes, hexadecimal. */
export function continuationDigest(continuation: Continuation): string {
  return digestOf(continuation);
}
