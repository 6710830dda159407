import { Digest, Id, Pseudonym } from '@llmchain/protocol';
import { z } from 'zod';
import { METADATA_FIELDS, type Metadata } from './document';
import { FORMATS } from './readers/read';

const Spdx = z.string().regex(/^[A-Za-z0-9.+() -]{1,100}$/, 'must be an SPDX licence expression');
const Short = z.string().min(1).max(200);

/** What the one who ingests decides; it stands in the cleaning report. All of it has a default but the format. */
export const IngestParameters = z.strictObject({
  format: z.enum(FORMATS),
  /** Field or column that holds the text. */
  field: z.string().min(1).max(100).default('text'),
  /** The registered work that everything is taken from, where no field `work` says otherwise. */
  work: Digest.optional(),
  /** The licence relied on, where no field `licence` says otherwise. */
  licence: Id.optional(),
  /** SPDX licence expression of items that state none. */
  spdx: Spdx.default('LicenseRef-registered'),
  source: Short.optional(),
  period: Short.optional(),
  contributor: Pseudonym.optional(),
  /** Languages to keep, ISO 639-3; all when left out. */
  languages: z
    .array(z.string().regex(/^[a-z]{3}$/, 'must be ISO 639-3 codes such as eng'))
    .max(50)
    .optional(),
  /** What is done with personal data: told of alone, replaced, or the item left out. */
  pii: z.enum(['flag', 'mask', 'drop']).default('mask'),
  fewestWords: z.number().int().min(1).max(1_000_000).default(20),
  mostWords: z.number().int().min(1).max(10_000_000).default(200_000),
  /** Whether the quality rules apply beyond the lengths. */
  quality: z.boolean().default(true),
  /** Least estimated Jaccard index of near duplicates, thousandths; 1,001 turns the search off. */
  similarity: z.number().int().min(300).max(1_001).default(800),
});
export type IngestParameters = z.output<typeof IngestParameters>;

/** What holds for documents that do not say otherwise. */
export function defaultsOf(parameters: IngestParameters): Metadata {
  return Object.fromEntries(METADATA_FIELDS.map((field) => [field, parameters[field]]));
}

export const ItemMetadata = z.object({
  work: Digest,
  licence: Id.optional(),
  spdx: Spdx,
  contributor: Pseudonym.optional(),
});
