import { z } from 'zod';
import { Hex32, Id, MspId } from '../schema/scalars';
import { ModelRef, Owner, stamps } from './common';
import type { ModelEntry } from './model';

/** An X25519 key of a worker's, to which owners of sealed models wrap these models' keys. */
export const WrappingKey = z.strictObject({
  schema: z.literal('wrapping-key/1'),
  member: MspId,
  /** Id of the worker's signing key on the ledger. */
  worker: Id,
  /** X25519. */
  publicKey: Hex32,
  /** Nothing is wrapped any more to one that was revoked; the worker makes another. */
  state: z.enum(['active', 'revoked']),
  owner: Owner,
  ...stamps,
});
export type WrappingKey = z.infer<typeof WrappingKey>;

/** A data key as it is wrapped to a worker. */
export const KeyWrap = z.strictObject({
  /** X25519, made for this wrap alone. */
  ephemeral: Hex32,
  /** 32 bytes under AES-256-GCM, and the tag. */
  wrapped: z.string().regex(/^[0-9a-f]{96}$/, 'must be 96 lower-case hexadecimal digits'),
});

/** The key of a sealed model version as its owner gave it to one worker, or that the owner gives it no more. */
export const ModelKey = ModelRef.extend({
  schema: z.literal('model-key/1'),
  member: MspId,
  worker: Id,
  /** What it is wrapped to: the worker's wrapping key of then. */
  publicKey: Hex32,
  state: z.enum(['given', 'withdrawn']),
  /** Of a key that is given. */
  wrap: KeyWrap.optional(),
  /** The version's. */
  owner: Owner,
  ...stamps,
});
export type ModelKey = z.infer<typeof ModelKey>;

/** Whether the files of a version are sealed: all of them are, or none. */
export function isSealed({ files }: Pick<ModelEntry, 'files'>): boolean {
  return files.some(({ sealed }) => sealed !== undefined);
}

/** Whether workers of a member may be given the key of a sealed version. @param owner the version's, MSP id */
export function inPool({ pool }: Pick<ModelEntry, 'pool'>, owner: string, member: string): boolean {
  return pool === undefined || member === owner || pool.includes(member);
}
