import { closeSync, createWriteStream, fstatSync, openSync, readSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  GgufFile,
  GgufLlama,
  GraphError,
  huggingFaceConfig,
  inferenceGraph,
  tokenizerFiles,
  type Quantisation,
} from '@llmchain/onnx-graph';
import { LlmchainError } from '@llmchain/protocol';
import { temporary } from '../files/durable';
import { REFERENCE } from './servable-model';

const WEIGHTS = 'model.onnx_data';

export interface ImportOptions {
  /** How weights are stored and multiplied; single precision when left out. */
  readonly quantisation?: Quantisation;
}

/**
 * Writes a GGUF file's model in the Hugging Face ONNX layout that workers load; the weights have a file of their own. The
 * folder is there when all of it is.
 * @param file path of the GGUF file
 * @param folder must not be there
 * @throws {LlmchainError} `invalid_argument` | `not_supported` when the file is damaged or of a kind that is not read
 */
export async function importGguf(file: string, folder: string, { quantisation }: ImportOptions = {}): Promise<void> {
  const descriptor = openSync(file, 'r');
  const part = temporary(folder);
  try {
    const source = {
      size: fstatSync(descriptor).size,
      read: (offset: number, length: number): Uint8Array => {
        const bytes = new Uint8Array(length);
        readSync(descriptor, bytes, 0, length, offset);
        return bytes;
      },
    };
    const gguf = new GgufFile(source);
    const model = new GgufLlama(gguf);
    const { tokenizer, tokenizerConfig, bos, eos, pad } = tokenizerFiles(gguf);
    const { graph, externalData } = inferenceGraph(model.config, (name) => model.weights(name), {
      externalData: WEIGHTS,
      ...(quantisation ? { quantisation } : {}),
    });
    // Over the same file of weights.
    const reference = (): Uint8Array =>
      inferenceGraph(model.config, (name) => model.weights(name), {
        externalData: WEIGHTS,
        quantisation: { bits: quantisation!.bits, compute: 'single' },
      }).graph;
    const special = { ...(bos === undefined ? {} : { bos_token_id: bos }), eos_token_id: eos, pad_token_id: pad };
    await rm(part, { recursive: true, force: true });
    await mkdir(path.join(part, 'onnx'), { recursive: true });
    const files: Record<string, object> = {
      'config.json': { ...huggingFaceConfig(model.config, { stop: eos }), ...special },
      'generation_config.json': special,
      'tokenizer.json': tokenizer,
      'tokenizer_config.json': tokenizerConfig,
    };
    for (const [name, content] of Object.entries(files)) {
      await writeFile(path.join(part, name), `${JSON.stringify(content, null, 2)}\n`);
    }
    await writeFile(path.join(part, 'onnx/model.onnx'), graph);
    if (quantisation?.compute === 'int8') await writeFile(path.join(part, REFERENCE), reference());
    await pipeline(Readable.from(externalData), createWriteStream(path.join(part, 'onnx', WEIGHTS)));
    await rename(part, folder);
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    if (error instanceof GraphError) {
      throw new LlmchainError(error.code, error.message, { file }, { cause: error });
    }
    throw error;
  } finally {
    closeSync(descriptor);
  }
}
