import type { Opening, Receipt, Tensor } from '@llmchain/protocol';
import type { Prepared } from '../models/task/task-inputs';
import type { TaskModel } from '../models/task/task-model';
import { elementsIn } from '../models/task/tensor-graph';
import type { Reason } from './finding';

type Tolerance = NonNullable<TaskModel['version']['verification']['rerun']>;

const MILLION = 1_000_000;

/**
 * Computes tensors again: what was charged is what the input holds, and each claimed output is the verifier's own within
 * the tolerance that the ledger has for the model. Floats differ in their last bits between machines, threads and shapes
 * of batches; whole numbers do not.
 */
export async function checkRerun(model: TaskModel, receipt: Receipt, opening: Opening): Promise<Reason | undefined> {
  const prepared = preparedOf(model, opening);
  if (prepared?.units !== receipt.promptTokens || opening.tokens.length > 0) return 'tokens_mismatch';
  const claimed = opening.outputs ?? [];
  const own = await model.compute(prepared);
  const tolerance = model.version.verification.rerun ?? { cosineMicro: 0, maxAbsMicro: 0 };
  const same =
    claimed.length === own.length && own.every((tensor, index) => isNear(claimed[index]!, tensor, tolerance));
  return same ? undefined : 'output_mismatch';
}

/** Undefined for an input that the model refuses: no honest worker would have answered it. */
function preparedOf(model: TaskModel, { input }: Opening): Prepared | undefined {
  try {
    return model.prepare(input);
  } catch {
    return undefined;
  }
}

function isNear(claimed: Tensor, own: Tensor, tolerance: Tolerance): boolean {
  const { name, datatype, shape } = own;
  const alike = claimed.name === name && claimed.datatype === datatype && String(claimed.shape) === String(shape);
  if (!alike) return false;
  if (datatype !== 'FP32') return claimed.data === own.data;
  const theirs = elementsIn(claimed.data, datatype) as Float32Array;
  const ours = elementsIn(own.data, datatype) as Float32Array;
  const row = Math.max(1, shape.at(-1) ?? 1);
  for (let start = 0; start < ours.length; start += row) {
    const pair = [theirs.subarray(start, start + row), ours.subarray(start, start + row)] as const;
    // Written so that what is not a number is never near.
    if (!(largestDifference(...pair) * MILLION <= tolerance.maxAbsMicro)) return false;
    // A single score has no direction; a smallest one and none at all are near.
    if (row > 1 && !((1 - cosine(...pair)) * MILLION <= tolerance.cosineMicro)) return false;
  }
  return true;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, index) => {
    const difference = Math.abs(value - b[index]!);
    return difference <= most ? most : difference;
  }, 0);
}

/** Cosine of the angle between two rows; 1 between two of zeros. */
function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, left, right] = [0, 0, 0];
  for (const [index, value] of a.entries()) {
    const other = b[index]!;
    dot += value * other;
    left += value * value;
    right += other * other;
  }
  return left === 0 && right === 0 ? 1 : dot / Math.sqrt(left * right);
}
