import { LlmchainError } from '@llmchain/protocol';

/** Bounds on what is read: none of them depends on what a file says of itself. */
export interface Limits {
  /** Longest line of a JSONL file, bytes; longer ones are left out and counted. */
  lineBytes: number;
  /** Largest single document, bytes; larger ones are left out and counted. */
  documentBytes: number;
  /** Plain text is cut at the ends of paragraphs into passages of at most so many bytes. */
  passageBytes: number;
  /** Most entries of an archive or files of a folder. */
  entries: number;
  /** Most bytes that an archive may unpack to. */
  expandedBytes: number;
  /** Most bytes unpacked per byte packed, of anything above 1 MiB: zlib itself reaches about 1,000. */
  ratio: number;
  /** Most bytes of captions and metadata files, which are held while their images are read. */
  sidecarBytes: number;
}

const MEBIBYTE = 1024 * 1024;

export const LIMITS: Limits = {
  lineBytes: 16 * MEBIBYTE,
  documentBytes: 16 * MEBIBYTE,
  passageBytes: MEBIBYTE,
  entries: 200_000,
  expandedBytes: 4 * 1024 * MEBIBYTE,
  ratio: 200,
  sidecarBytes: 16 * MEBIBYTE,
};

/** @throws {LlmchainError} `too_large` */
export function tooLarge(message: string, details: Readonly<Record<string, unknown>>): never {
  throw new LlmchainError('too_large', message, details);
}

/** @throws {LlmchainError} `invalid_argument` */
export function malformed(message: string, details: Readonly<Record<string, unknown>> = {}, cause?: unknown): never {
  throw new LlmchainError('invalid_argument', message, details, cause === undefined ? {} : { cause });
}
