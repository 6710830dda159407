import { createDecipheriv, createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  FRAME,
  FRAME_HEADER,
  FRAME_TAG,
  frameNonce,
  framePrefix,
  LlmchainError,
  modelFileKey,
  sealedSize,
  type FrameKey,
  type ModelFile,
} from '@llmchain/protocol';
import type { ModelFiles } from './model-files';

/**
 * A folder whose files lie sealed (protocol: `crypto/frames.ts`): they are opened in memory, nothing of them is written, and
 * what comes out has the digest that the ledger says.
 * @param dataKey of the version, 32 bytes
 */
export function sealedFolder(folder: string, files: readonly ModelFile[], dataKey: Uint8Array): ModelFiles {
  const read = async (name: string): Promise<Buffer> => {
    const file = files.find((each) => each.path === name);
    if (!file) throw new LlmchainError('not_found', `The version has no file ${name}.`, { path: name });
    return opened(await readFile(path.join(folder, name)), file, dataKey);
  };
  return {
    read,
    async weightsOf(graph) {
      const beside = files.filter(
        (file) => path.posix.dirname(file.path) === path.posix.dirname(graph) && !file.path.endsWith('.onnx'),
      );
      const data: { path: string; data: Uint8Array }[] = [];
      for (const file of beside) data.push({ path: path.posix.basename(file.path), data: await read(file.path) });
      return { data };
    },
  };
}

function opened(sealed: Buffer, file: ModelFile, dataKey: Uint8Array): Buffer {
  const secret = modelFileKey(dataKey, file.sha256);
  const plain = Buffer.alloc(file.bytes);
  try {
    const prefix = framePrefix(sealed.subarray(0, FRAME_HEADER));
    if (sealed.byteLength !== sealedSize(file.bytes) || !prefix || Buffer.compare(prefix, secret.prefix) !== 0)
      throw new Error('The file is none that was sealed under this key.');
    const whole = FRAME + FRAME_TAG;
    for (let at = FRAME_HEADER, index = 0; at < sealed.byteLength; at += whole, index++) {
      const last = at + whole >= sealed.byteLength;
      openFrame(sealed.subarray(at, at + whole), index, last, secret).copy(plain, index * FRAME);
    }
  } catch (cause) {
    plain.fill(0);
    throw mismatch(file, cause);
  }
  if (createHash('sha256').update(plain).digest('hex') !== file.sha256) throw mismatch(file, undefined);
  return plain;
}

/** @throws {Error} when the frame is not what was sealed at this place under this key */
function openFrame(frame: Buffer, index: number, last: boolean, { key, prefix, digest }: FrameKey): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, frameNonce(prefix, index, last), { authTagLength: FRAME_TAG })
    .setAAD(Buffer.from(digest, 'hex'))
    .setAuthTag(frame.subarray(-FRAME_TAG));
  return Buffer.concat([decipher.update(frame.subarray(0, -FRAME_TAG)), decipher.final()]);
}

function mismatch({ path: name, sha256 }: ModelFile, cause: unknown): LlmchainError {
  return new LlmchainError(
    'digest_mismatch',
    `The key that this worker was given does not open ${name} to what the ledger says of it. Ask the model's owner to give the key anew, or to register the files again.`,
    { path: name, sha256 },
    { cause },
  );
}
