import { z } from 'zod';
import { Digest, Id, Line, Millis, Spdx, Version } from '../schema/scalars';
import { Owner, stamps } from './common';

/** Items per page: a power of two, so that pages are full subtrees of the version's Merkle tree. */
export const PAGE_ITEMS = 1024;

/** One item of a dataset version. Its Merkle leaf is the item's canonical JSON. */
export const DatasetItem = z.strictObject({
  digest: Digest,
  /** The registered work that the item is, or is taken from. */
  work: Digest,
  /** The licence relied on, where the work's preference demands one. */
  licence: Id.optional(),
  /** SPDX licence expression. */
  spdx: Spdx,
  bytes: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  tokens: z.number().int().min(1).max(1_000_000_000),
});
export type DatasetItem = z.infer<typeof DatasetItem>;

export const Dataset = z.strictObject({
  schema: z.literal('dataset/1'),
  dataset: Id,
  title: Line,
  purpose: Line,
  owner: Owner,
  ...stamps,
});
export type Dataset = z.infer<typeof Dataset>;

/** Under which consents a page was checked: epochs by grantor (`MSP` or `MSP/person`), and when the first licence ends. */
export const ConsentBasis = z.strictObject({
  epochs: z.record(z.string(), z.number().int().min(0)),
  until: Millis.nullable(),
});
export type ConsentBasis = z.infer<typeof ConsentBasis>;

export const DatasetPage = z.strictObject({
  schema: z.literal('dataset-page/1'),
  dataset: Id,
  version: Version,
  index: z.number().int().min(0).max(9_999),
  /** Root over this page's items, hexadecimal. */
  root: Digest,
  items: z.array(DatasetItem).min(1).max(PAGE_ITEMS),
  consent: ConsentBasis,
  owner: Owner,
  ...stamps,
});
export type DatasetPage = z.infer<typeof DatasetPage>;

/** Digests of files in the object store that say how a version came to be: content stands in none of them. */
export const DatasetReports = {
  /** Of the cleaning report: what was mended and left out, by step and reason. */
  cleaning: Digest.optional(),
  /** Of annotation layers, each by authors of its own and apart from the items. */
  annotations: z.array(Digest).min(1).max(100).optional(),
  /** Of the diversity report. */
  diversity: Digest.optional(),
};

/** A sealed version: nothing of it can change any more. `root` is the RFC 6962 root over all items sorted by digest. */
export const DatasetVersion = z.strictObject({
  schema: z.literal('dataset-version/1'),
  dataset: Id,
  version: Version,
  root: Digest,
  pages: z.number().int().min(1).max(10_000),
  items: z.number().int().min(1),
  tokens: z.number().int().min(1),
  bytes: z.number().int().min(1),
  ...DatasetReports,
  owner: Owner,
  ...stamps,
});
export type DatasetVersion = z.infer<typeof DatasetVersion>;
