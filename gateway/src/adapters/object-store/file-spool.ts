import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LlmchainError } from '@llmchain/protocol';
import type { Spool, Spooled } from '../../ports/object-store';

/** Temporary files of mode 0600. */
export class FileSpool implements Spool {
  readonly #folder: string;

  constructor(options: { folder: string }) {
    this.#folder = options.folder;
  }

  async take(content: Readable, limit: number): Promise<Spooled> {
    // Not awaited: the content has to find its reader before it can fail.
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const file = path.join(this.#folder, randomUUID());
    const hash = createHash('sha256');
    let bytes = 0;
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, next) {
        bytes += chunk.byteLength;
        hash.update(chunk);
        if (bytes <= limit) next(null, chunk);
        else
          next(
            new LlmchainError('too_large', `The content is larger than ${limit} bytes. Send less at once.`, { limit }),
          );
      },
    });
    try {
      await pipeline(content, measure, createWriteStream(file, { mode: 0o600, flags: 'wx' }));
    } catch (error) {
      await rm(file, { force: true });
      if (error instanceof LlmchainError) throw error;
      throw new LlmchainError('unavailable', 'The content broke off. Send it again.', {}, { cause: error });
    }
    const dispose = (): Promise<void> => rm(file, { force: true });
    return { digest: hash.digest('hex'), bytes, path: file, open: () => createReadStream(file), dispose };
  }

  /** Removes the folder. */
  async clear(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}
