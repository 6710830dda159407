import { closeSync, createWriteStream, fstatSync, openSync, readSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { bertConfig, GraphError, SafetensorsFile, sentenceGraph, type BertConfig } from '@llmchain/onnx-graph';
import { decodeJson, LlmchainError, type Signature, type Task } from '@llmchain/protocol';
import { z } from 'zod';
import { temporary } from '../files/durable';
import { sentenceLayout } from './sentence-folder';

const WEIGHTS = 'model.onnx_data';

/** What a model version says of a folder that was imported. */
export interface ImportedTask {
  task: Task;
  signature: Signature;
  contextTokens: number;
}

const MaxLength = z.looseObject({ max_seq_length: z.number().int().min(1) });

/**
 * Writes an encoder of sentence-transformers (`model.safetensors`, `tokenizer.json`, `modules.json` …) as a folder that
 * workers load: mean pooling and scaling to length 1 are part of the graph. The folder is there when all of it is.
 * @param source folder in sentence-transformers' layout
 * @param folder must not be there
 * @throws {LlmchainError} `not_supported` for another architecture, pooling or type of weights; `invalid_argument` for
 * files that are damaged
 */
export async function importBert(source: string, folder: string): Promise<ImportedTask> {
  const read = async <S extends z.ZodType>(schema: S, file: string): Promise<z.output<S>> =>
    decodeJson(schema, await readFile(path.join(source, file), 'utf8'), file);
  await demandMeanPooling(source);
  const part = temporary(folder);
  const descriptor = openSync(path.join(source, 'model.safetensors'), 'r');
  try {
    const config = bertConfig(await read(z.looseObject({}), 'config.json'));
    const { max_seq_length: longest } = await read(MaxLength, 'sentence_bert_config.json');
    const file = new SafetensorsFile({
      size: fstatSync(descriptor).size,
      read: (offset, length) => {
        const bytes = new Uint8Array(length);
        readSync(descriptor, bytes, 0, length, offset);
        return bytes;
      },
    });
    const { graph, externalData } = sentenceGraph(config, (name) => file.float32(name), WEIGHTS);
    await rm(part, { recursive: true, force: true });
    await mkdir(path.join(part, 'onnx'), { recursive: true });
    for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) {
      await copyFile(path.join(source, name), path.join(part, name));
    }
    await writeFile(path.join(part, 'onnx/model.onnx'), graph);
    await pipeline(Readable.from(externalData), createWriteStream(path.join(part, 'onnx', WEIGHTS)));
    await rename(part, folder);
    return { task: 'embedding', signature: signatureOf(config), contextTokens: Math.min(longest, config.positions) };
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    if (error instanceof GraphError) throw new LlmchainError(error.code, error.message, { source }, { cause: error });
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** The graph that is written pools by the mean and scales. */
async function demandMeanPooling(source: string): Promise<void> {
  const { pooling, normalised } = await sentenceLayout((file) => readFile(path.join(source, file), 'utf8'));
  if (pooling === 'mean' && normalised) return;
  throw new LlmchainError(
    'not_supported',
    'Only encoders with mean pooling and normalisation are imported from safetensors. Export it by Optimum, and import that.',
    { pooling, normalised },
  );
}

/** Of encoders as workers run them. */
export function signatureOf({ hiddenSize }: Pick<BertConfig, 'hiddenSize'>): Signature {
  const ids = { datatype: 'INT64' as const, shape: [-1, -1] };
  return {
    inputs: [
      { name: 'input_ids', ...ids },
      { name: 'attention_mask', ...ids },
    ],
    outputs: [{ name: 'sentence_embedding', datatype: 'FP32', shape: [-1, hiddenSize] }],
  };
}
