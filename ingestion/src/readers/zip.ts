import { stat } from 'node:fs/promises';
import { openPromise, type Entry as ZipEntry, type ZipFile } from 'yauzl';
import { LlmchainError } from '@llmchain/protocol';
import { malformed, type Limits } from '../limits';
import { safePath, type Archive, type Entry } from './archive';
import { ExpansionGuard } from './guard';

/** Unix file types in the upper half of an entry's external attributes. */
const TYPE = 0o170000;
const REGULAR = 0o100000;
const MADE_BY_UNIX = 3;

function refuse(error: unknown): never {
  if (error instanceof LlmchainError) throw error;
  return malformed(
    'The file is no whole zip archive, or was changed on its way. Pack and send it again.',
    { reason: error instanceof Error ? error.message.slice(0, 200) : 'zip' },
    error,
  );
}

function demandFile(entry: ZipEntry): void {
  const type = (entry.externalFileAttributes >>> 16) & TYPE;
  if (entry.versionMadeBy >>> 8 === MADE_BY_UNIX && type !== 0 && type !== REGULAR) {
    malformed('The archive holds a link or a device. Pack files alone.', {
      reason: 'not_a_file',
      path: entry.fileName.slice(0, 200),
    });
  }
  if (entry.isEncrypted()) malformed('The archive is encrypted. Send it without a password.', { reason: 'encrypted' });
}

/** A zip archive on disk, read by its central directory; sizes are checked as they are declared and as they come out. */
export class ZipArchive implements Archive {
  readonly #path: string;
  readonly #limits: Limits;

  constructor(path: string, limits: Limits) {
    this.#path = path;
    this.#limits = limits;
  }

  async *entries(): AsyncGenerator<Entry> {
    const { size } = await stat(this.#path);
    const zip = await openPromise(this.#path, { lazyEntries: true, autoClose: false, strictFileNames: true }).catch(
      refuse,
    );
    const guard = new ExpansionGuard(this.#limits);
    let [packed, expanded] = [0, 0];
    try {
      for await (const entry of zip.eachEntry()) {
        guard.entry();
        const path = safePath(entry.fileName.replace(/\/$/, ''));
        if (entry.fileName.endsWith('/')) continue;
        demandFile(entry);
        packed += entry.compressedSize;
        expanded += entry.uncompressedSize;
        guard.declared(entry.compressedSize, entry.uncompressedSize);
        guard.declared(size, expanded);
        // Entries that share their bytes unpack to far more than the archive holds (Fifield 2019, "A better zip bomb").
        if (packed > size) malformed('Entries of the archive overlap. Pack it anew.', { reason: 'overlap' });
        yield { path, bytes: entry.uncompressedSize, open: () => this.#open(zip, entry, guard) };
      }
    } catch (error) {
      refuse(error);
    } finally {
      zip.close();
    }
  }

  async #open(zip: ZipFile, entry: ZipEntry, guard: ExpansionGuard): Promise<AsyncGenerator<Buffer>> {
    const stream = await zip.openReadStreamPromise(entry).catch(refuse);
    return guard.watch(unzipped(stream), () => entry.compressedSize);
  }
}

async function* unzipped(stream: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    refuse(error);
  }
}
