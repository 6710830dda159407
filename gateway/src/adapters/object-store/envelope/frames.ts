import { createCipheriv, createDecipheriv } from 'node:crypto';

/**
 * The STREAM construction over AES-256-GCM (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its
 * Nonce-Reuse Misuse-Resistance, CRYPTO 2015): the content is cut into frames that are sealed one by one, each under a
 * nonce of 7 bytes of prefix, 4 bytes of counter (big-endian) and 1 byte that is 1 for the last frame alone. So frames
 * cannot be reordered, left out, repeated or taken from another object, and an end that is missing is found.
 */

/** Bytes of content in each frame but the last. */
export const FRAME = 65_536;
/** Bytes of the tag that follows each frame's ciphertext. */
export const TAG = 16;
export const PREFIX = 7;
/** Format and version, then the nonces' prefix. */
const MAGIC = Buffer.from('LLMCENV\u0001', 'latin1');
export const HEADER = MAGIC.byteLength + PREFIX;

/** What one object is sealed with. */
export interface FrameKey {
  /** 32 random bytes, of this object alone. */
  key: Uint8Array;
  /** 7 bytes. */
  prefix: Uint8Array;
  /** SHA-256 of the content, hexadecimal: associated data of every frame. */
  digest: string;
}

export function headerOf({ prefix }: Pick<FrameKey, 'prefix'>): Buffer {
  return Buffer.concat([MAGIC, prefix]);
}

/** @returns the nonces' prefix, or undefined when this is no header of ours */
export function prefixOf(header: Buffer): Buffer | undefined {
  if (header.byteLength !== HEADER || !header.subarray(0, MAGIC.byteLength).equals(MAGIC)) return undefined;
  return header.subarray(MAGIC.byteLength);
}

/** Bytes of the sealed object that holds `bytes` of content. An empty content is one empty frame. */
export function sealedSize(bytes: number): number {
  return HEADER + bytes + Math.max(1, Math.ceil(bytes / FRAME)) * TAG;
}

function nonceOf(prefix: Uint8Array, index: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.set(prefix);
  nonce.writeUInt32BE(index, PREFIX);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

/** @param index of the frame, from 0 */
export function sealFrame(frame: Uint8Array, index: number, last: boolean, { key, prefix, digest }: FrameKey): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(prefix, index, last)).setAAD(Buffer.from(digest, 'hex'));
  return Buffer.concat([cipher.update(frame), cipher.final(), cipher.getAuthTag()]);
}

/** @throws {Error} when the frame is not what was sealed at this place under this key */
export function openFrame(sealed: Buffer, index: number, last: boolean, { key, prefix, digest }: FrameKey): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(prefix, index, last), { authTagLength: TAG })
    .setAAD(Buffer.from(digest, 'hex'))
    .setAuthTag(sealed.subarray(-TAG));
  return Buffer.concat([decipher.update(sealed.subarray(0, -TAG)), decipher.final()]);
}
