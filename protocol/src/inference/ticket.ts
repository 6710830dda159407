import { z } from 'zod';
import { Digest, Hex32, Hex64, Id, Micro, Millis, MspId, Version } from '../schema/scalars';
import { digestOf } from '../canonical/json';

/** How the next token is drawn. Integers only: a temperature of 800 is 0.8, of 0 is greedy. */
export const Sampler = z.strictObject({ temperatureMilli: z.number().int().min(0).max(2_000) });
export type Sampler = z.infer<typeof Sampler>;

/**
 * A member's order for one answer, made before anything is computed. Its digest names the receipt and seeds the
 * sampler, so neither worker nor caller chooses the noise.
 */
export const Ticket = z.strictObject({
  schema: z.literal('ticket/1'),
  requestId: Id,
  gateway: MspId,
  /** The member whose worker is to answer: nobody else's receipt for it counts, so it is paid once. */
  producer: MspId,
  session: Id,
  model: Id,
  version: Version,
  /** Salted digest of the input, see `commitment`. */
  input: Digest,
  sampler: Sampler,
  maxTokens: z.number().int().min(1).max(1_000_000),
  maxAmount: Micro,
  issued: Millis,
  expires: Millis,
  nonce: Hex32,
  /** From the caller; demanded when the gateway's own member produces. */
  callerNonce: Hex32.optional(),
});
export type Ticket = z.infer<typeof Ticket>;

export const SignedTicket = z.strictObject({ body: Ticket, signer: Id, signature: Hex64 });
export type SignedTicket = z.infer<typeof SignedTicket>;

/** Id of the receipt that answers the ticket, and seed of its sampler: 32 bytes, hexadecimal. */
export function ticketDigest(ticket: Ticket): string {
  return digestOf(ticket);
}
