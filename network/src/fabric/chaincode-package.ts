import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { create } from 'tar';

/** Label of the package of the consortium's own chaincode. */
export const PACKAGE_LABEL = 'llmchain_1';

export interface ChaincodePackage {
  readonly bytes: Buffer;
  /** `label:sha256`, as the lifecycle computes it. */
  readonly id: string;
}

/**
 * The package that every member installs: it says that the chaincode is a server, and nothing of where. The same
 * bytes on every machine: fixed times, owners and modes, and stored rather than deflated blocks, because compressors differ.
 */
export async function createChaincodePackage(label: string = PACKAGE_LABEL): Promise<ChaincodePackage> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'llmchain-package-'));
  try {
    await writeFile(path.join(folder, 'connection.json'), '{}\n', { mode: 0o644 });
    await archive(folder, 'code.tar.gz', ['connection.json']);
    await writeFile(path.join(folder, 'metadata.json'), `${JSON.stringify({ type: 'ccaas', label })}\n`, {
      mode: 0o644,
    });
    await archive(folder, 'package.tar.gz', ['metadata.json', 'code.tar.gz']);
    const bytes = await readFile(path.join(folder, 'package.tar.gz'));
    return { bytes, id: `${label}:${createHash('sha256').update(bytes).digest('hex')}` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function archive(folder: string, file: string, entries: readonly string[]): Promise<void> {
  return create(
    { cwd: folder, file: path.join(folder, file), portable: true, mtime: new Date(0), gzip: { level: 0 } },
    [...entries],
  );
}
