import { z } from 'zod';
import { MspId, Pseudonym, Version, Id } from '../schema/scalars';

/** Who holds a record: a member, and for what belongs to a person that person's pseudonym with the member. */
export const Owner = z.strictObject({ member: MspId, person: Pseudonym.optional() });
export type Owner = z.infer<typeof Owner>;

/** Ids of the transactions that made a record and last changed it. */
export const stamps = { createdTx: z.string(), updatedTx: z.string() };

export const DatasetRef = z.strictObject({ dataset: Id, version: Version });
export type DatasetRef = z.infer<typeof DatasetRef>;

export const ModelRef = z.strictObject({ model: Id, version: Version });
export type ModelRef = z.infer<typeof ModelRef>;
