import { z } from 'zod';
import { Digest, Id, MspId } from '@llmchain/protocol';

/** Why somebody was given content. */
export const Ground = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('owner') }),
  z.strictObject({ kind: z.literal('preference') }),
  z.strictObject({ kind: z.literal('licence'), licence: Id }),
  z.strictObject({ kind: z.literal('grant'), grant: Id }),
]);
export type Ground = z.infer<typeof Ground>;

/** One time that content was given out. */
export const Access = z.strictObject({
  /** Number of the entry; later ones are larger. */
  id: z.number().int(),
  /** When, milliseconds since the Unix epoch. */
  time: z.number().int(),
  /** Whose gateway asked; this member itself for the holders of its keys. */
  member: MspId,
  /** The API key, where it is one of this member's. */
  key: z.string().optional(),
  content: Digest,
  /** The work that the content is, or is taken from. */
  work: Digest,
  ground: Ground,
});
export type Access = z.infer<typeof Access>;

/** Every time that confidential content left the member's bucket. Written before the first byte leaves it. */
export interface AccessLog {
  /** All of them or none. */
  write(...accesses: readonly Omit<Access, 'id'>[]): Promise<void>;
  /** The latest first. @param query.before entries before this one only */
  page(query: { limit: number; before?: number | undefined; work?: string | undefined }): Promise<Access[]>;
  /** How often each member got a work's content. */
  readers(work: string): Promise<Map<string, number>>;
}
