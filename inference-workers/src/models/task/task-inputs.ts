import type { InferenceInput, ModelVersion, Signature } from '@llmchain/protocol';
import type { ModelFiles } from '../../files/model-files';
import type { Feeds } from './tensor-graph';

/** An input that fits its model, ready to be computed. */
export interface Prepared {
  /** What it is charged for: tokens, elements or images, see `Prices`. */
  readonly units: number;
  /** What the graph is run on, one after the other. */
  readonly batches: () => Iterable<Feeds> | AsyncIterable<Feeds>;
}

/** How one task makes tensors of an input. */
export interface TaskInputs {
  /** File whose digest receipts state as the tokenizer's. */
  readonly file: string;
  /**
   * What the graph becomes before it is loaded, where a task takes graphs of others.
   * @throws {LlmchainError} `not_supported` for one that cannot be made to give what the task wants
   */
  readonly rewritten?: (graph: Uint8Array) => Uint8Array;
  /** @throws {LlmchainError} `invalid_argument` | `too_large` for an input that the model cannot take */
  prepare(input: InferenceInput): Prepared;
}

/** Opens what a task needs besides its graph, from files that were checked. */
export type OpenInputs = (files: ModelFiles, version: ModelVersion, signature: Signature) => Promise<TaskInputs>;
