import {
  LlmchainError,
  taskOf,
  type InferenceInput,
  type ModelLoad,
  type ModelVersion,
  type Tensor,
} from '@llmchain/protocol';
import type { EngineOptions } from '../../engine/execution-provider';
import type { ModelFiles } from '../../files/model-files';
import { digestOfFile } from '../file-of-version';
import { openEmbedding } from './embedding';
import { openImageClassification } from './image-classification';
import type { OpenInputs, Prepared, TaskInputs } from './task-inputs';
import { openTextClassification } from './text-classification';
import { TaskQueue } from './task-queue';
import { openTensors } from './tensors';
import { TensorGraph } from './tensor-graph';

const OPEN: Readonly<Partial<Record<ReturnType<typeof taskOf>, OpenInputs>>> = {
  embedding: openEmbedding,
  tensor: openTensors,
  text_classification: openTextClassification,
  image_classification: openImageClassification,
};

const GRAPH = 'onnx/model.onnx';

/** A loaded version whose answers are tensors: it computes them, and those of others are checked by computing them again. */
export class TaskModel {
  readonly kind = 'task';
  /** Digest of the file that says how inputs become tensors, for both of a receipt's. */
  readonly tokenizer: string;
  readonly template: string;
  readonly #graph: TensorGraph;
  readonly #inputs: TaskInputs;
  readonly #queue = new TaskQueue();

  private constructor(
    readonly version: ModelVersion,
    parts: { graph: TensorGraph; inputs: TaskInputs },
  ) {
    this.#graph = parts.graph;
    this.#inputs = parts.inputs;
    this.tokenizer = digestOfFile(version, parts.inputs.file);
    this.template = this.tokenizer;
  }

  /** @throws {LlmchainError} `not_supported` for a task or a graph that is not served here; `invalid_argument` */
  static async load(files: ModelFiles, version: ModelVersion, options: EngineOptions): Promise<TaskModel> {
    const task = taskOf(version);
    const open = OPEN[task];
    const { signature } = version;
    if (!open || !signature) {
      throw new LlmchainError('not_supported', `Models for ${task.replace('_', ' ')} are not served by this worker.`, {
        task,
      });
    }
    digestOfFile(version, GRAPH);
    const inputs = await open(files, version, signature);
    const written = await files.read(GRAPH);
    const bytes = inputs.rewritten?.(written) ?? written;
    return new TaskModel(version, {
      inputs,
      graph: await TensorGraph.open(files, { name: GRAPH, bytes }, signature, options),
    });
  }

  /** What it has to do. */
  get load(): ModelLoad {
    return this.#queue.load;
  }

  /** @throws {LlmchainError} `invalid_argument` | `too_large` for an input that the model cannot take */
  prepare(input: InferenceInput): Prepared {
    return this.#inputs.prepare(input);
  }

  /** What the model gives, at once: for verifiers. */
  compute({ batches }: Prepared, signal?: AbortSignal): Promise<Tensor[]> {
    return this.#graph.run(batches(), signal);
  }

  /**
   * What the model gives, when its turn comes.
   * @param order.begin told then; what it throws ends the request before anything is computed
   * @throws {LlmchainError} `overloaded` when too many wait
   */
  answer(prepared: Prepared, order: { tenant: string; signal: AbortSignal; begin: () => void }): Promise<Tensor[]> {
    return this.#queue.run({ tenant: order.tenant, units: prepared.units, signal: order.signal }, async () => {
      order.begin();
      return this.compute(prepared, order.signal);
    });
  }

  close(): Promise<void> {
    return this.#graph.close();
  }
}
