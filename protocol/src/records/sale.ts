import { z } from 'zod';
import { BasisPoints, Digest, Id, Micro, Millis } from '../schema/scalars';
import { Owner, stamps } from './common';
import { Account } from './credits';

/** What is for sale of a work: a part of what it earns, the ownership, or both. */
export const SaleEntry = z.strictObject({
  sale: Id,
  work: Digest,
  /** Whose shares go over, and who is paid. */
  seller: Account,
  /** Basis points of the work's earnings that go over; 0 sells the ownership alone. */
  share: BasisPoints,
  /** Whether the buyer then decides over preference, licences and further sales. */
  ownership: z.boolean(),
  price: Micro,
  /** Who alone may buy; anyone when left out. */
  buyer: Account.optional(),
  until: Millis.nullable(),
});
export type SaleEntry = z.infer<typeof SaleEntry>;

/** An offer and what became of it: delivery against payment, both in one transaction or neither. */
export const Sale = SaleEntry.extend({
  schema: z.literal('sale/1'),
  state: z.enum(['open', 'sold', 'withdrawn']),
  soldTo: Account.optional(),
  owner: Owner,
  ...stamps,
});
export type Sale = z.infer<typeof Sale>;
