import { LlmchainError } from '../errors/error';
import type { DatasetRef, ModelRef } from './common';
import type { ModelEntry, ModelVersion } from './model';

/** Generations that are followed. */
const MOST_ANCESTORS = 32;

/**
 * The versions that one was made from, the nearest first. A version names one that was registered before it, so there are
 * no circles.
 * @throws {LlmchainError} `too_large` for more than 32 generations, and what `get` throws
 */
export async function ancestorsOf(
  { parent }: Pick<ModelEntry, 'parent'>,
  get: (reference: ModelRef) => Promise<ModelVersion>,
): Promise<ModelVersion[]> {
  const ancestors: ModelVersion[] = [];
  for (let next = parent; next; next = ancestors.at(-1)?.parent) {
    if (ancestors.length === MOST_ANCESTORS)
      throw new LlmchainError(
        'too_large',
        `A version has at most ${MOST_ANCESTORS} generations before it. Train one from the beginning.`,
        { limit: MOST_ANCESTORS },
      );
    ancestors.push(await get(next));
  }
  return ancestors;
}

/** A dataset version, and the member that trained on it: whose licences count. */
export interface TrainingData {
  dataset: DatasetRef;
  licensee: string;
}

/** What a line of versions was trained on here, each dataset version once for each member that did. */
export function trainingDataOf(versions: readonly Pick<ModelVersion, 'datasets' | 'owner'>[]): TrainingData[] {
  const all = versions.flatMap(({ datasets, owner }) =>
    (datasets ?? []).map((dataset): [string, TrainingData] => [
      `${dataset.dataset}@${dataset.version}/${owner.member}`,
      { dataset, licensee: owner.member },
    ]),
  );
  return [...new Map(all).values()];
}
