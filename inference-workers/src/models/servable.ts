import { taskOf, type ModelVersion } from '@llmchain/protocol';
import { enginesOf, type PoolOptions } from '../engine/execution-provider';
import { ServableModel } from './servable-model';
import { TaskModel } from './task/task-model';

/** A model version that is loaded: one that generates text, or one whose answers are tensors. */
export type Servable = ServableModel | TaskModel;

/**
 * Loads a folder whose files were checked against the ledger, as its version's task asks for: one that generates text on
 * every device of the pool, any other on the first.
 */
export function loadServable(folder: string, version: ModelVersion, pool: PoolOptions): Promise<Servable> {
  return taskOf(version) === 'text_generation'
    ? ServableModel.load(folder, version, pool)
    : TaskModel.load(folder, version, enginesOf(pool)[0]!);
}
