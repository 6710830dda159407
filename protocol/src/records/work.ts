import { z } from 'zod';
import { BasisPoints, Digest, Id, Line, Micro, Millis, MspId, Pseudonym } from '../schema/scalars';
import { Owner, stamps } from './common';

/** What may be done with a work, after C2PA's training-and-data-mining entries. */
export const USES = ['training', 'generative_training', 'inference', 'mining'] as const;
export const Use = z.enum(USES);
export type Use = z.infer<typeof Use>;

/** `constrained` needs a licence in force; a use that is not named is not allowed. */
export const Permission = z.enum(['allowed', 'not_allowed', 'constrained']);
export type Permission = z.infer<typeof Permission>;
export const Preference = z.strictObject({
  training: Permission.optional(),
  generative_training: Permission.optional(),
  inference: Permission.optional(),
  mining: Permission.optional(),
});
export type Preference = z.infer<typeof Preference>;

/** One author and their part of what the work earns; the parts of a work's creators sum to 10,000. */
export const Creator = z.strictObject({ person: Pseudonym, share: BasisPoints.min(1) });
export type Creator = z.infer<typeof Creator>;

/** What an artist says of a work; the content itself stays in the owner's store. */
export const WorkEntry = z.strictObject({
  sha256: Digest,
  title: Line,
  creators: z.array(Creator).min(1).max(50),
  medium: z.enum(['text', 'image', 'audio', 'video', 'other']),
  bytes: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  preference: Preference,
  created: z
    .string()
    .regex(/^\d{4}(-\d{2}(-\d{2})?)?$/, 'must be YYYY, YYYY-MM or YYYY-MM-DD')
    .optional(),
  jurisdiction: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 code of two letters')
    .optional(),
  derivedFrom: Digest.optional(),
});
export type WorkEntry = z.infer<typeof WorkEntry>;

/** A registered work. Its id is the SHA-256 of its content, so the same content cannot be registered twice. */
export const Work = WorkEntry.extend({ schema: z.literal('work/1'), owner: Owner, ...stamps });
export type Work = z.infer<typeof Work>;

/** What a rights holder offers to a licensee: uses of a list of works, for a time, at a price. */
export const LicenceEntry = z.strictObject({
  licence: Id,
  works: z.array(Digest).min(1).max(1_000),
  licensee: z.union([MspId, z.literal('*')]),
  uses: z.array(Use).min(1).max(USES.length),
  from: Millis,
  until: Millis.nullable(),
  price: Micro,
  /** Weight of these works in the artists' pool; 100 is the weight of a work that needs no licence. */
  weight: z.number().int().min(1).max(10_000),
});
export type LicenceEntry = z.infer<typeof LicenceEntry>;

export const Licence = LicenceEntry.extend({
  schema: z.literal('licence/1'),
  owner: Owner,
  state: z.enum(['offered', 'active', 'revoked']),
  ...stamps,
});
export type Licence = z.infer<typeof Licence>;

/** How often a grantor has taken something back; whoever relied on an older epoch looks again. */
export const Epoch = z.strictObject({
  schema: z.literal('epoch/1'),
  owner: Owner,
  epoch: z.number().int().min(1),
  ...stamps,
});
export type Epoch = z.infer<typeof Epoch>;
