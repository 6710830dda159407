import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { LlmchainError } from '@llmchain/protocol';

/** SHA-256 of a file's content, hexadecimal; the file is streamed. @throws {LlmchainError} `not_found` */
export async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash).catch((cause: unknown) => {
    throw new LlmchainError('not_found', `The file ${file} cannot be read. Check its path.`, { file }, { cause });
  });
  return hash.digest('hex');
}
