import { createReadStream } from 'node:fs';
import { Duplex, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { LlmchainError } from '@llmchain/protocol';
import { extract } from 'tar-stream';
import { malformed, type Limits } from '../limits';
import { safePath, type Archive, type Entry } from './archive';
import { ExpansionGuard } from './guard';

/** A tar archive on disk (ustar, pax, GNU), packed with gzip or not. */
export class TarArchive implements Archive {
  readonly #path: string;
  readonly #options: { limits: Limits; gzip: boolean };

  constructor(path: string, options: { limits: Limits; gzip: boolean }) {
    this.#path = path;
    this.#options = options;
  }

  async *entries(): AsyncGenerator<Entry> {
    const { limits, gzip } = this.#options;
    const guard = new ExpansionGuard(limits);
    const file = createReadStream(this.#path);
    const tar = extract();
    // The first failure is what the reader of the entries is told.
    const ended = (error?: Error | null): void => {
      if (error) tar.destroy(error);
    };
    if (gzip) {
      const unpacked = createGunzip();
      pipeline(
        file,
        unpacked,
        watched(guard, () => unpacked.bytesWritten),
        tar,
        ended,
      );
    } else pipeline(file, tar, ended);
    try {
      for await (const entry of tar) {
        guard.entry();
        const { name, type, size } = entry.header;
        const path = safePath(name.replace(/\/+$/, ''));
        if (type === 'directory') entry.resume();
        else if (type === 'file' || type === 'contiguous-file') {
          if (!gzip) guard.declared(Number.MAX_SAFE_INTEGER, size);
          yield { path, bytes: size, open: () => Promise.resolve(entry as AsyncIterable<Buffer>) };
          // What nobody read is read past; without effect on what was.
          entry.resume();
        } else {
          malformed('The archive holds a link or a device. Pack files alone.', {
            reason: 'not_a_file',
            path: path.slice(0, 200),
            type,
          });
        }
      }
    } catch (error) {
      if (error instanceof LlmchainError) throw error;
      malformed(
        'The file is no whole tar archive, or was changed on its way. Pack and send it again.',
        { reason: error instanceof Error ? error.message.slice(0, 200) : 'tar' },
        error,
      );
    } finally {
      file.destroy();
      tar.destroy();
    }
  }
}

function watched(guard: ExpansionGuard, packed: () => number): Duplex {
  return Duplex.from((stream: AsyncIterable<Buffer>) => guard.watch(stream, packed));
}
