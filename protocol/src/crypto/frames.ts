import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * The layout of sealed content: the STREAM construction over AES-256-GCM (Hoang, Reyhanitabar, Rogaway, Vizár: Online
 * Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance, CRYPTO 2015). The content is cut into frames that are
 * sealed one by one, each under a nonce of 7 bytes of prefix, 4 bytes of counter (big-endian) and 1 byte that is 1 for the
 * last frame alone; its associated data is the content's SHA-256, its tag follows it. So frames cannot be reordered, left
 * out, repeated or taken from another object, and an end that is missing is found. The cipher is for who reads and writes.
 */

/** Bytes of content in each frame but the last. */
export const FRAME = 65_536;
/** Bytes of the tag that follows each frame's ciphertext. */
export const FRAME_TAG = 16;
/** Bytes of the nonces' prefix. */
export const FRAME_PREFIX = 7;
/** Format and version, then the nonces' prefix. */
const MAGIC = utf8ToBytes('LLMCENV\u0001');
export const FRAME_HEADER = MAGIC.length + FRAME_PREFIX;

/** What one object is sealed with. */
export interface FrameKey {
  /** 32 bytes, of this object alone. */
  key: Uint8Array;
  /** 7 bytes. */
  prefix: Uint8Array;
  /** SHA-256 of the content, hexadecimal: associated data of every frame. */
  digest: string;
}

/** What a sealed object begins with, 15 bytes. */
export function frameHeader({ prefix }: Pick<FrameKey, 'prefix'>): Uint8Array {
  return concatBytes(MAGIC, prefix);
}

/** @returns the nonces' prefix, or undefined when this is no header of ours */
export function framePrefix(header: Uint8Array): Uint8Array | undefined {
  if (header.length !== FRAME_HEADER || MAGIC.some((byte, at) => header[at] !== byte)) return undefined;
  return header.subarray(MAGIC.length);
}

/** Nonce of a frame, 12 bytes. @param index of the frame, from 0 */
export function frameNonce(prefix: Uint8Array, index: number, last: boolean): Uint8Array {
  const nonce = new Uint8Array(FRAME_PREFIX + 5);
  nonce.set(prefix);
  new DataView(nonce.buffer).setUint32(FRAME_PREFIX, index);
  nonce[FRAME_PREFIX + 4] = last ? 1 : 0;
  return nonce;
}

/** Bytes of the sealed object that holds `bytes` of content. An empty content is one empty frame. */
export function sealedSize(bytes: number): number {
  return FRAME_HEADER + bytes + Math.max(1, Math.ceil(bytes / FRAME)) * FRAME_TAG;
}
