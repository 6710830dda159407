/** What a file says of a document, beside its content. */
export interface Metadata {
  /** SHA-256 of the registered work that the document is, or is taken from. */
  work?: string | undefined;
  /** Id of the licence relied on. */
  licence?: string | undefined;
  /** SPDX licence expression. */
  spdx?: string | undefined;
  /** Such as `1590s`: when it was made. */
  period?: string | undefined;
  /** Where it was taken from. */
  source?: string | undefined;
  /** Pseudonym of whoever brought it. */
  contributor?: string | undefined;
}

export const METADATA_FIELDS = ['work', 'licence', 'spdx', 'period', 'source', 'contributor'] as const;

/** One document as it was read: its content is bounded, and not looked into yet. */
export interface Document {
  /** Where it stands: a path, and a line number or part after `#`. */
  path: string;
  medium: 'text' | 'image';
  content: Buffer;
  /** What is written beside an image. */
  caption?: string | undefined;
  metadata: Metadata;
}

/** Why something was left out: a word that is counted, and where it stood. */
export interface Rejection {
  path: string;
  reason: string;
}

/** Told of everything that is left out while reading. */
export type Reject = (rejection: Rejection) => void;

/** Picks the known fields out of a record; numbers become text, empty text is absent. */
export function metadataOf(record: Readonly<Record<string, unknown>>): Metadata {
  const metadata: Metadata = {};
  for (const field of METADATA_FIELDS) {
    const value = record[field];
    const text = typeof value === 'number' ? String(value) : value;
    if (typeof text === 'string' && text.trim() !== '') metadata[field] = text.normalize('NFC').trim().slice(0, 200);
  }
  return metadata;
}
