import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  modelFileKey,
  sha256Hex,
  wrapModelKey,
  type ModelFile,
  type ModelVersion,
  type RecordOf,
} from '@llmchain/protocol';
import { sealing } from '../../gateway/src/adapters/object-store/envelope/seal';
import type { WorkerBench } from './worker-bench';
import { filesOf, tinyModel } from './worker-model';

/** Files and what they hold, sealed as an owner's gateway does it. @param folder where they are written, if anywhere */
export async function sealedFiles(
  dataKey: Uint8Array,
  files: readonly ModelFile[],
  contents: readonly Buffer[],
  folder?: string,
): Promise<{ files: ModelFile[]; contents: Buffer[] }> {
  const sealed = await Promise.all(
    contents.map((content, at) =>
      buffer(Readable.from([content]).pipe(sealing(modelFileKey(dataKey, files[at]!.sha256)))),
    ),
  );
  for (const [at, content] of folder === undefined ? [] : sealed.entries()) {
    const target = path.join(folder!, files[at]!.path);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, content);
  }
  return {
    files: files.map((file, at) => ({
      ...file,
      sealed: { sha256: sha256Hex(sealed[at]!), bytes: sealed[at]!.byteLength },
    })),
    contents: sealed,
  };
}

/** A version's key as it is given to a worker. */
export function modelKeyRecord(
  dataKey: Uint8Array,
  purpose: { model: string; version: number; member: string; worker: string; publicKey: string },
): RecordOf<'model-key'> {
  const wrap = wrapModelKey(dataKey, purpose, new Uint8Array(32).fill(5));
  const owner = { member: 'LabMSP' };
  return { schema: 'model-key/1', ...purpose, state: 'given', wrap, owner, createdTx: 't', updatedTx: 't' };
}

/**
 * Version 2 of the tiny model, approved on a bench, whose files its owner serves sealed.
 * @returns also the version in clear, the folder that holds it, and what its files hold
 */
export async function sealedVersion(
  bench: WorkerBench,
  dataKey: Uint8Array,
): Promise<{ version: ModelVersion; clear: ModelVersion; folder: string; plain: Buffer[] }> {
  const folder = path.join(bench.home, 'owners-own');
  const clear = await tinyModel(folder, { seed: 2, version: 2 });
  const plain = await filesOf(folder, clear);
  const { files, contents } = await sealedFiles(dataKey, clear.files, plain);
  for (const content of contents) bench.members.lab.peer.add(content);
  const version = { ...clear, files };
  bench.approve(version);
  return { version, clear, folder, plain };
}
