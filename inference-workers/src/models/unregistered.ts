import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  decodeJson,
  LlmchainError,
  manifestDigest,
  sha256Hex,
  type ModelFile,
  type ModelVersion,
  type Verification,
} from '@llmchain/protocol';
import { ModelConfig } from './folder-schema';

export interface UnregisteredOptions {
  precision: ModelVersion['precision'];
  verification: Verification;
}

/**
 * What the ledger would say of a folder that is not on it yet, as far as loading needs it.
 * @throws {LlmchainError} `not_found` without a folder; `invalid_argument` when its `config.json` is none
 */
export async function unregistered(folder: string, options: UnregisteredOptions): Promise<ModelVersion> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new LlmchainError('not_found', `There is no folder ${folder}. Check its path.`, { folder }, { cause });
  });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const files = await Promise.all(names.map((name) => describe(folder, name)));
  const text = await readFile(path.join(folder, 'config.json'), 'utf8').catch((cause: unknown) => {
    throw new LlmchainError('not_found', `${folder} has no config.json, so it holds no model.`, { folder }, { cause });
  });
  const config = decodeJson(ModelConfig, text, 'config.json');
  return {
    schema: 'model-version/1',
    class: 'external',
    model: 'unregistered',
    version: 1,
    title: 'Unregistered',
    modelParamsAddress: `sha256/${sha256Hex('')}`,
    manifest: manifestDigest(files),
    files,
    format: 'onnx',
    precision: options.precision,
    contextTokens: config.max_position_embeddings,
    prices: { request: 0, promptToken: 0, completionToken: 0 },
    verification: options.verification,
    state: 'candidate',
    approvals: [],
    owner: { member: 'NobodyMSP' },
    createdTx: '',
    updatedTx: '',
  };
}

async function describe(folder: string, name: string): Promise<ModelFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(createReadStream(name), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  });
  return { path: path.relative(folder, name), sha256: hash.digest('hex'), bytes };
}
