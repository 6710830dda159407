import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { LlmchainError } from '@llmchain/protocol';
import { CACHE } from './python';

const run = promisify(execFile);

/** A package of Debian, pinned by the digest of its archive. */
export interface DebianPackage {
  name: string;
  version: string;
  sha256: string;
}

/**
 * What a package holds, unpacked once into the cache; nothing of it is installed.
 * @returns the folder
 * @throws {LlmchainError} `unavailable` where apt does not have it | `digest_mismatch`
 */
export async function unpacked({ name, version, sha256 }: DebianPackage): Promise<string> {
  const folder = join(CACHE, 'debian', `${name}-${sha256.slice(0, 16)}`);
  if (await exists(folder)) return folder;
  await mkdir(join(CACHE, 'debian'), { recursive: true });
  const work = await mkdtemp(join(CACHE, 'debian', 'fetch-'));
  try {
    await run('apt-get', ['download', `${name}=${version}`], { cwd: work }).catch((cause: unknown) => {
      const message = `${name} ${version} could not be had: this needs apt with the archive of Debian 12.`;
      throw new LlmchainError('unavailable', message, {}, { cause });
    });
    const [file] = await readdir(work);
    const archive = join(work, file ?? '');
    const hash = createHash('sha256');
    await pipeline(createReadStream(archive), hash);
    const actual = hash.digest('hex');
    if (actual !== sha256)
      throw new LlmchainError('digest_mismatch', `The package ${name} has the digest ${actual}, not ${sha256}.`);
    await run('dpkg-deb', ['-x', archive, join(work, 'content')]);
    await rename(join(work, 'content'), folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return folder;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
