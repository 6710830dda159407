import { z } from 'zod';
import { Digest, Id, Millis, MspId } from '../schema/scalars';
import { Owner, stamps } from './common';

/** That a work's owner wants its content gone, wherever a copy is. Follows its withdrawal and is never taken back. */
export const Erasure = z.strictObject({
  schema: z.literal('erasure/1'),
  work: Digest,
  /** When it was asked for, milliseconds since the Unix epoch. */
  requested: Millis,
  owner: Owner,
  ...stamps,
});
export type Erasure = z.infer<typeof Erasure>;

/** What a member has to say about its copy of an erased work. */
export const AttestationEntry = z.strictObject({
  work: Digest,
  /**
   * `destroyed`: the object and the data key that opened it are gone. `none`: the member was allowed a copy and had none.
   * `retained`: an irrevocable licence in force lets it keep its copy, for now.
   */
  outcome: z.enum(['destroyed', 'none', 'retained']),
  /** How often this member's own people and programs have read the content through its gateway. */
  reads: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  /** Pieces taken from the work that went with it: items of datasets, layers of annotations that spoke of them. */
  derived: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  /** The irrevocable licence, where a copy is retained. */
  licence: Id.optional(),
});
export type AttestationEntry = z.infer<typeof AttestationEntry>;

/** A member's word, signed by its gateway, that its copy is gone. A false one is the member's lie, on the record. */
export const Attestation = AttestationEntry.extend({
  schema: z.literal('attestation/1'),
  member: MspId,
  /** When it was attested, milliseconds since the Unix epoch. */
  attested: Millis,
  owner: Owner,
  ...stamps,
});
export type Attestation = z.infer<typeof Attestation>;
