import { randomBytes } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { LlmchainError } from '@llmchain/protocol';

/**
 * Reads the X25519 key to which keys of sealed models are wrapped for this worker, 64 hexadecimal digits; makes the file with
 * mode 0600 when there is none. To have another key, remove the file and start the worker again.
 * @returns 32 bytes
 * @throws {LlmchainError} `invalid_argument` when others may read the file, or it holds no key
 */
export async function readWrappingKey(file: string): Promise<Uint8Array> {
  await writeFile(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  if (((await stat(file)).mode & 0o077) !== 0)
    throw new LlmchainError('invalid_argument', `Others than its owner may read ${file}. Set its mode to 0600.`);
  const text = (await readFile(file, 'utf8')).trim();
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new LlmchainError('invalid_argument', `${file} holds no key of 64 hexadecimal digits. Remove or restore it.`);
  return new Uint8Array(Buffer.from(text, 'hex'));
}
