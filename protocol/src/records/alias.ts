import { z } from 'zod';
import { BasisPoints, Id, Millis, Version } from '../schema/scalars';
import { Owner, stamps } from './common';

/** `production` is what callers get who name no version; `canary` takes a part of their requests. */
export const AliasName = z.enum(['production', 'canary']);
export type AliasName = z.infer<typeof AliasName>;

const pointed = {
  model: Id,
  alias: AliasName,
  /** Where it points; null is nowhere. */
  version: Version.nullable(),
  /** A canary's part of the requests. */
  weight: BasisPoints.min(1).optional(),
  /** The how-manieth value this is, from 1 on. */
  ordinal: z.number().int().min(1),
  /** The proposal whose vote pointed it there. */
  proposal: Id,
  decided: Millis,
  owner: Owner,
  ...stamps,
};

/** Where an alias of a model points now. */
export const Alias = z.strictObject({ schema: z.literal('alias/1'), ...pointed });
export type Alias = z.infer<typeof Alias>;

/** One value that an alias has had; never changed. */
export const AliasValue = z.strictObject({ schema: z.literal('alias-value/1'), ...pointed });
export type AliasValue = z.infer<typeof AliasValue>;
