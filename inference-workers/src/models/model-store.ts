import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { link, mkdir, rename, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LlmchainError, type ModelFile, type ModelVersion } from '@llmchain/protocol';
import type { Logger } from 'pino';
import { remove, temporary } from '../files/durable';
import { fileDigest } from '../files/file-digest';
import { codeOf, problemOf } from '../ledger/back-off';

/** Where model files can be had: members, the likeliest first, and their content by digest. */
export interface ModelSource {
  members(owner: string): readonly string[];
  content(member: string, sha256: string): Promise<IncomingMessage>;
}

/** A file as it is sent and kept: sealed, where the version's files are. */
function stored({ path, sha256, bytes, sealed }: ModelFile): ModelFile {
  return { path, ...(sealed ?? { sha256, bytes }) };
}

/** Model files by digest in one folder, and folders in which they bear their names. */
export class ModelStore {
  readonly #folder: string;
  readonly #source: ModelSource;
  readonly #log: Logger;
  /** Files that are being fetched, by digest: versions share files. */
  readonly #fetching = new Map<string, Promise<void>>();

  constructor(options: { folder: string }, dependencies: { source: ModelSource; log: Logger }) {
    this.#folder = options.folder;
    this.#source = dependencies.source;
    this.#log = dependencies.log;
  }

  /**
   * Fetches what is missing, checks every file against the ledger's digests, and lays the version out as a folder.
   * What lies on disk is hashed again each time: a file that was changed there is fetched anew.
   * Sealed files are kept as they are sent, sealed.
   * @returns path of the folder
   * @throws {LlmchainError} `digest_mismatch` when no member sent the right content and one sent wrong content;
   * `unavailable` when none sent any
   */
  async folder(version: ModelVersion): Promise<string> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    for (const file of version.files) await this.#once(stored(file), version.owner.member);
    const folder = path.join(this.#folder, 'versions', `${version.model}@${version.version}`);
    await rm(folder, { recursive: true, force: true });
    for (const file of version.files) {
      const target = path.join(folder, file.path);
      await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
      await link(this.#blob(stored(file).sha256), target);
    }
    return folder;
  }

  #blob(sha256: string): string {
    return path.join(this.#folder, sha256);
  }

  async #once(file: ModelFile, owner: string): Promise<void> {
    let fetching = this.#fetching.get(file.sha256);
    if (!fetching) {
      fetching = this.#ensure(file, owner).finally(() => this.#fetching.delete(file.sha256));
      this.#fetching.set(file.sha256, fetching);
    }
    await fetching;
  }

  async #ensure(file: ModelFile, owner: string): Promise<void> {
    const blob = this.#blob(file.sha256);
    const found = await fileDigest(blob);
    if (found === file.sha256) return;
    if (found !== undefined) {
      this.#log.error({ sha256: file.sha256 }, 'a model file was changed on disk; fetching it again');
      await remove(blob);
    }
    let failure: unknown;
    for (const member of this.#source.members(owner)) {
      try {
        await this.#download(file, member);
        this.#log.info({ sha256: file.sha256, bytes: file.bytes, member }, 'model file fetched');
        return;
      } catch (error) {
        if (codeOf(failure) !== 'digest_mismatch') failure = error;
        this.#log.warn({ ...problemOf(error), sha256: file.sha256, member }, 'model file not fetched');
      }
    }
    throw failure;
  }

  async #download(file: ModelFile, member: string): Promise<void> {
    const part = temporary(this.#blob(file.sha256));
    try {
      const hash = createHash('sha256');
      let bytes = 0;
      const response = await this.#source.content(member, file.sha256);
      const checked = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
        for await (const chunk of chunks) {
          bytes += chunk.length;
          if (bytes > file.bytes) throw mismatch(file, member);
          hash.update(chunk);
          yield chunk;
        }
      };
      await pipeline(response, checked, createWriteStream(part, { mode: 0o600, flush: true }));
      if (bytes !== file.bytes || hash.digest('hex') !== file.sha256) throw mismatch(file, member);
      await rename(part, this.#blob(file.sha256));
    } catch (error) {
      await remove(part);
      if (error instanceof LlmchainError) throw error;
      throw new LlmchainError(
        'unavailable',
        'The download broke off. It is tried again.',
        { member },
        { cause: error },
      );
    }
  }
}

function mismatch(file: ModelFile, member: string): LlmchainError {
  return new LlmchainError(
    'digest_mismatch',
    `${member} sent content that is not ${file.sha256}. It was thrown away; ask that member to repair its store.`,
    { member, sha256: file.sha256, path: file.path },
  );
}
