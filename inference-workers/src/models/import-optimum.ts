import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { bertConfig, encoderGraph, GraphError } from '@llmchain/onnx-graph';
import { decodeJson, LlmchainError } from '@llmchain/protocol';
import { z } from 'zod';
import { temporary } from '../files/durable';
import { signatureOf, type ImportedTask } from './import-bert';
import { MODULES, sentenceLayout } from './sentence-folder';

const GRAPHS = ['onnx/model.onnx', 'model.onnx'];
const LENGTHS = 'sentence_bert_config.json';
const MaxLength = z.looseObject({ max_seq_length: z.number().int().min(1) });

/** Where a folder has its graph, if it has one. */
export function graphIn(source: string): string | undefined {
  return GRAPHS.find((file) => existsSync(path.join(source, file)));
}

/**
 * Lays out a BERT encoder that Optimum exported as a folder that workers load: every file stays as it is, byte by byte, and
 * pooling is put into the graph when it is loaded. The folder is there when all of it is.
 * @param source folder with the graph, `config.json`, `tokenizer.json`, `tokenizer_config.json`; with `modules.json` and what
 * it names where pooling is not by the mean
 * @param folder must not be there
 * @throws {LlmchainError} `not_supported` for another architecture, pooling or outputs; `invalid_argument` for a file that
 * is missing or damaged
 */
export async function importOptimum(source: string, folder: string): Promise<ImportedTask> {
  const graph = graphIn(source) ?? GRAPHS[0]!;
  const part = temporary(folder);
  const copied = new Set(['config.json', 'tokenizer.json', 'tokenizer_config.json']);
  const text = async (file: string): Promise<string> => {
    copied.add(file);
    return readFile(path.join(source, file), 'utf8');
  };
  try {
    const config = bertConfig(decodeJson(z.looseObject({}), await text('config.json'), 'config.json'));
    const layout = existsSync(path.join(source, MODULES)) ? await sentenceLayout(text) : undefined;
    const longest = existsSync(path.join(source, LENGTHS))
      ? decodeJson(MaxLength, await text(LENGTHS), LENGTHS).max_seq_length
      : config.positions;
    // What a worker would refuse is refused here.
    const wanted = { pooling: 'mean', normalised: true, ...layout, width: config.hiddenSize } as const;
    encoderGraph(await readFile(path.join(source, graph)), wanted);
    await rm(part, { recursive: true, force: true });
    for (const file of copied) await copy(path.join(source, file), path.join(part, file));
    await copy(path.join(source, graph), path.join(part, GRAPHS[0]!));
    const weights = `${graph}_data`;
    if (existsSync(path.join(source, weights)))
      await copy(path.join(source, weights), path.join(part, `${GRAPHS[0]!}_data`));
    await rename(part, folder);
    return { task: 'embedding', signature: signatureOf(config), contextTokens: Math.min(longest, config.positions) };
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    if (error instanceof GraphError) throw new LlmchainError(error.code, error.message, { source }, { cause: error });
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      const { path: missing } = error as NodeJS.ErrnoException;
      const file = path.relative(source, missing ?? source);
      throw new LlmchainError('invalid_argument', `The folder lacks ${file}. Export the model anew.`, { file });
    }
    throw error;
  }
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(path.dirname(to), { recursive: true });
  await copyFile(from, to);
}
