import { z } from 'zod';
import { Digest } from '../schema/scalars';
import { Owner, stamps } from './common';
import { Fingerprint } from './work';

/** That two works look or read alike though neither names the other; of whoever found it. */
export const Resemblance = z.strictObject({
  schema: z.literal('resemblance/1'),
  /** Their digests, in the order of digests: which of them was there before is told by the blocks. */
  first: Digest,
  second: Digest,
  method: z.enum(Fingerprint.options.map(({ shape }) => shape.method.value)),
  /** Of 64 bits (`phash-64`) or of 128 values (`minhash-128`) so many differ. */
  differing: z.number().int().min(0).max(128),
  owner: Owner,
  ...stamps,
});
export type Resemblance = z.infer<typeof Resemblance>;
