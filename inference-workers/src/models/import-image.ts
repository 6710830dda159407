import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GraphError, imageGraph } from '@llmchain/onnx-graph';
import { LlmchainError, type Signature } from '@llmchain/protocol';
import { InferenceSession } from 'onnxruntime-node';
import { temporary } from '../files/durable';
import type { ImportedTask } from './import-bert';

/** What Caffe's models want subtracted of blue, green and red: the means of ImageNet. */
const MEANS = [104, 117, 123] as const;
const LARGEST = 1_024;

/**
 * Writes a classifier of images in ONNX as a folder that workers load. It takes float32 [N, H, W, 3], blue, green and red
 * less Caffe's means, and gives the probabilities of two classes, as Yahoo's open_nsfw does; what is written takes the
 * pixels themselves and gives the second class's. The folder is there when all of it is.
 * @param file the graph
 * @param folder must not be there
 * @param label what the second class is
 * @throws {LlmchainError} `not_supported` for a graph of other inputs or outputs; `invalid_argument` for a damaged file
 */
export async function importImage(file: string, folder: string, label: string): Promise<ImportedTask> {
  const part = temporary(folder);
  try {
    const model = await readFile(file);
    const { input, output, height, width } = await sidesOf(model);
    const graph = imageGraph(model, { input, output, height, width, means: MEANS, column: 1 });
    await rm(part, { recursive: true, force: true });
    await mkdir(path.join(part, 'onnx'), { recursive: true });
    await writeFile(path.join(part, 'onnx/model.onnx'), graph);
    await rename(part, folder);
    return { task: 'image_classification', signature: signatureOf(height, width, label), contextTokens: 1 };
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    if (error instanceof GraphError) throw new LlmchainError(error.code, error.message, { file }, { cause: error });
    throw error;
  }
}

interface Sides {
  input: string;
  output: string;
  height: number;
  width: number;
}

async function sidesOf(model: Uint8Array): Promise<Sides> {
  const session = await InferenceSession.create(model).catch((cause: unknown) => {
    throw new LlmchainError('invalid_argument', 'The file is no ONNX graph that can be loaded.', {}, { cause });
  });
  const [input, ...more] = session.inputMetadata;
  const [output, ...others] = session.outputMetadata;
  await session.release();
  const wrong = (): LlmchainError =>
    new LlmchainError(
      'not_supported',
      'Only classifiers of images from float32 [N, H, W, 3] into two classes are imported.',
      { inputs: session.inputNames, outputs: session.outputNames },
    );
  if (!input?.isTensor || !output?.isTensor || more.length + others.length > 0) throw wrong();
  const [, height, width, channels] = input.shape;
  const isSide = (size: unknown): size is number => typeof size === 'number' && size >= 1 && size <= LARGEST;
  const floats = input.type === 'float32' && output.type === 'float32';
  const classes = output.shape.length === 2 ? output.shape[1] : undefined;
  if (!floats || input.shape.length !== 4 || channels !== 3 || classes !== 2) throw wrong();
  if (!isSide(height) || !isSide(width)) throw wrong();
  return { input: input.name, output: output.name, height, width };
}

function signatureOf(height: number, width: number, label: string): Signature {
  return {
    inputs: [{ name: 'image', datatype: 'UINT8', shape: [-1, height, width, 3] }],
    outputs: [{ name: 'scores', datatype: 'FP32', shape: [-1, 1] }],
    labels: [label],
  };
}
