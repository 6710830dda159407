import { createCipheriv, createDecipheriv } from 'node:crypto';
import { FRAME_TAG, frameNonce, type FrameKey } from '@llmchain/protocol';

/** @param index of the frame, from 0 */
export function sealFrame(frame: Uint8Array, index: number, last: boolean, { key, prefix, digest }: FrameKey): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, frameNonce(prefix, index, last)).setAAD(Buffer.from(digest, 'hex'));
  return Buffer.concat([cipher.update(frame), cipher.final(), cipher.getAuthTag()]);
}

/** @throws {Error} when the frame is not what was sealed at this place under this key */
export function openFrame(sealed: Buffer, index: number, last: boolean, { key, prefix, digest }: FrameKey): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, frameNonce(prefix, index, last), { authTagLength: FRAME_TAG })
    .setAAD(Buffer.from(digest, 'hex'))
    .setAuthTag(sealed.subarray(-FRAME_TAG));
  return Buffer.concat([decipher.update(sealed.subarray(0, -FRAME_TAG)), decipher.final()]);
}
