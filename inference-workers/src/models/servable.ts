import { taskOf, type ModelVersion } from '@llmchain/protocol';
import { enginesOf, type PoolOptions } from '../engine/execution-provider';
import type { ModelFiles } from '../files/model-files';
import { ServableModel, type OpenGraph } from './servable-model';
import { TaskModel } from './task/task-model';

/** A model version that is loaded: one that generates text, or one whose answers are tensors. */
export type Servable = ServableModel | TaskModel;

/**
 * Loads files that were checked against the ledger, as its version's task asks for: one that generates text on
 * every device of the pool, any other on the first.
 * @param openGraph how the graph of one that generates text is opened, where not in this process
 */
export function loadServable(
  files: ModelFiles,
  version: ModelVersion,
  pool: PoolOptions,
  openGraph?: OpenGraph,
): Promise<Servable> {
  return taskOf(version) === 'text_generation'
    ? ServableModel.load(files, version, pool, openGraph)
    : TaskModel.load(files, version, enginesOf(pool)[0]!);
}
