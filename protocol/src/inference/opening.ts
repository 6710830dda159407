import { z } from 'zod';
import { canonicalJson } from '../canonical/json';
import { fromHex, sha256Hex } from '../crypto/hash';
import { Digest, Hex32 } from '../schema/scalars';
import { MOST_BASE64, Tensor } from './tensor';

const text = z.string().max(1_000_000);

export const ChatMessage = z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: text });
export type ChatMessage = z.infer<typeof ChatMessage>;

/** What a caller asked. */
export const InferenceInput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('completion'), prompt: text }),
  z.strictObject({ kind: z.literal('chat'), messages: z.array(ChatMessage).min(1).max(1_000) }),
  z.strictObject({ kind: z.literal('texts'), texts: z.array(text.min(1)).min(1).max(2_048) }),
  /** The pixels of one image as its model takes them: rows of red, green and blue, a byte each, in base64. */
  z.strictObject({ kind: z.literal('image'), image: z.base64().min(4).max(MOST_BASE64) }),
  z.strictObject({ kind: z.literal('tensors'), tensors: z.array(Tensor).min(1).max(16) }),
]);
export type InferenceInput = z.infer<typeof InferenceInput>;

const Tokens = z
  .array(
    z
      .number()
      .int()
      .min(0)
      .max(2 ** 31),
  )
  .max(1_000_000);

/** What opens a receipt's commitments; it never reaches the ledger. */
export const Opening = z.strictObject({
  schema: z.literal('opening/1'),
  receipt: Digest,
  input: InferenceInput,
  inputSalt: Hex32,
  /** Of generated text; none where the answer is tensors. */
  tokens: Tokens,
  outputs: z.array(Tensor).min(1).max(16).optional(),
  outputSalt: Hex32,
  /** What had come before, in a receipt of a later segment: opens its continuation. */
  answered: z.strictObject({ tokens: Tokens.min(1), salt: Hex32 }).optional(),
});
export type Opening = z.infer<typeof Opening>;

/** Salted commitment: SHA-256 over 32 bytes of salt and the value's canonical JSON. */
export function commitment(value: InferenceInput | readonly number[] | readonly Tensor[], salt: string): string {
  return sha256Hex(fromHex(salt), canonicalJson(value));
}
