import { z } from 'zod';
import { BasisPoints, Digest, Id, Line, Micro, Millis, MspId, Pseudonym } from '../schema/scalars';
import { Owner, stamps } from './common';
import { Account } from './credits';

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

/** Part of what a work earns, and the account that it belongs to. A sale moves shares; creators stay who they are. */
export const Share = z.strictObject({ holder: Account, share: BasisPoints.min(1) });
export type Share = z.infer<typeof Share>;

const PHash = z.string().regex(/^[0-9a-f]{16}$/, 'must be 16 lower-case hexadecimal digits');

/**
 * What a work looks or reads like, so that copies are found: of an image the 64-bit pHash, and those of parts of it that a
 * copy may have been cut to; of a text MinHash of 128 permutations over shingles of five words (128 × 4 bytes, base64).
 */
export const Fingerprint = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('phash-64'),
    bits: PHash,
    /** Of windows of 95 % of each side: in the middle and in the corners. */
    windows: z.array(PHash).min(1).max(5).optional(),
  }),
  z.strictObject({
    method: z.literal('minhash-128'),
    signature: z.string().regex(/^[A-Za-z0-9+/]{683}=$/, 'must be 512 bytes in base64'),
  }),
]);
export type Fingerprint = z.infer<typeof Fingerprint>;

/** A machine-readable statement found with the content: where, which bytes said it, and what it allows. */
export const Signal = z.strictObject({
  source: z.enum(['iptc', 'tdmrep', 'aipref', 'c2pa']),
  digest: Digest,
  preference: Preference,
});
export type Signal = z.infer<typeof Signal>;

/** ISO 3166-1, two letters. */
export const Country = z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 code of two letters');

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
  jurisdiction: Country.optional(),
  /** The work that this one was made from, of whomever. */
  derivedFrom: Digest.optional(),
  /** The owner's own earlier version. */
  versionOf: Digest.optional(),
  fingerprint: Fingerprint.optional(),
  /** Digest of the C2PA manifest that came with the content. */
  c2pa: Digest.optional(),
  signals: z.array(Signal).max(8).optional(),
  /** Works that it is like and says not to derive from: flagged for whoever wants to dispute it. */
  resembles: z.array(Digest).min(1).max(10).optional(),
});
export type WorkEntry = z.infer<typeof WorkEntry>;

/**
 * A registered work. Its id is the SHA-256 of its content, so the same content cannot be registered twice. Its
 * preference is the most restrictive of what the owner says and what the signals say.
 */
export const Work = WorkEntry.extend({
  schema: z.literal('work/1'),
  state: z.enum(['registered', 'withdrawn']),
  /** Who earns by it, by account; the shares sum to 10,000. */
  shares: z.array(Share).min(1).max(50),
  /** Disputes that are not decided: while there is one, nobody may rely on the work. */
  disputes: z.array(Id).max(20),
  /** Whose it was before; what they licensed while it was theirs stays licensed. */
  formerOwners: z.array(Owner).max(100),
  /** Licences that were accepted and may be in force. */
  licences: z.array(Id).max(1_000),
  owner: Owner,
  ...stamps,
});
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
  /** Where it holds; everywhere when left out. */
  territory: z.array(Country).min(1).max(249).optional(),
  /** Nobody else is licensed for these uses while it is in force. */
  exclusive: z.boolean().optional(),
  /** The grantor cannot take it back, and a later preference does not end it. */
  irrevocable: z.boolean().optional(),
  /** SHA-256 of 32 bytes of salt and the text of terms that only the parties have. */
  terms: Digest.optional(),
});
export type LicenceEntry = z.infer<typeof LicenceEntry>;

export const Licence = LicenceEntry.extend({
  schema: z.literal('licence/1'),
  owner: Owner,
  state: z.enum(['offered', 'active', 'expired', 'revoked']),
  /** Who accepted it. */
  acceptedBy: MspId.optional(),
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
