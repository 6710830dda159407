import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { Answer, Request } from '@llmchain/gateway-client';
import { LlmchainError, manifestDigest, type External, type ModelEntry } from '@llmchain/protocol';
import type { MemberApi } from '../api/member-api';
import { filesIn } from './folder';

/** A model folder from outside, and what the ledger is to say of it. */
export interface ExternalOrder extends Pick<
  ModelEntry,
  | 'model'
  | 'version'
  | 'title'
  | 'contextTokens'
  | 'precision'
  | 'prices'
  | 'verification'
  | 'parent'
  | 'task'
  | 'signature'
> {
  folder: string;
  external: External;
  /** Has the files sealed: workers of the pool get the key, of every member where no pool is named. */
  seal?: boolean;
  pool?: string[];
}

const GRAPH = 'onnx/model.onnx';
/** Where large graphs keep their weights. */
const WEIGHTS = 'onnx/model.onnx_data';

/**
 * Puts a folder's files into the member's bucket and the version on the ledger, as one of class `external`. Repeated, it goes
 * on where it stopped.
 * @throws {LlmchainError} `not_supported` for a folder without a graph, and what the gateway says
 */
export async function registerExternal(
  api: MemberApi,
  { folder, external, parent, seal, pool, task, signature, ...order }: ExternalOrder,
): Promise<Answer<'POST /v1/models'>> {
  const files = await filesIn(folder);
  const parameters = [WEIGHTS, GRAPH].map((path) => files.find((file) => file.path === path)).find(Boolean);
  if (!parameters)
    throw new LlmchainError(
      'not_supported',
      `${folder} has no ${GRAPH}. Make the folder with "llmchain model import".`,
      {
        folder,
      },
    );
  for (const { path } of files) await api.text('PUT /v1/content', { body: streamOf(join(folder, path)) });
  const manifest = manifestDigest(files);
  const body: Request<'POST /v1/models'>['body'] = {
    ...order,
    external: sent(external),
    ...(parent ? { parent } : {}),
    ...(seal ? { seal } : {}),
    ...(pool ? { pool } : {}),
    ...(task ? { task } : {}),
    ...(signature ? { signature } : {}),
    operationId: `external:${manifest.slice(0, 32)}:${order.model}:${order.version}`.slice(0, 100),
    modelParamsAddress: `sha256/${parameters.sha256}`,
    manifest,
    files,
    format: 'onnx',
  };
  return api.call('POST /v1/models', { body });
}

function sent({ conversion, ...origin }: External) {
  return { ...origin, ...(conversion ? { conversion } : {}) };
}

function streamOf(file: string): ReadableStream<Uint8Array> {
  return Readable.toWeb(createReadStream(file, { highWaterMark: 2 ** 20 })) as ReadableStream<Uint8Array>;
}
