import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GraphBuilder } from '@llmchain/onnx-graph';
import { LlmchainError, sha256Hex } from '@llmchain/protocol';
import { temporary } from '../../files/durable';
import type { ImportedTask } from '../import-bert';
import { readDataSet, type DataSet } from './data-set';
import { fitted, probability, quality, type Examples, type Logistic } from './logistic';

/** One of so many rows is held out. */
const HELD_OUT = 4;

/** How well the model does on the rows that were held out. */
export interface HeldOut {
  rows: number;
  accuracy: number;
  auc: number;
  /** Of one that always says the more frequent class. */
  baseline: number;
}

/**
 * Trains a logistic regression on a public table and writes it as a folder that workers load: standardising is part of the
 * graph, and a card tells columns, quality on held-out rows, and what it is not for. The folder is there when all of it is.
 * @param source a table that {@link readDataSet} takes
 * @param folder must not be there
 * @throws {LlmchainError} as {@link readDataSet}; `invalid_argument` for a table without rows of both classes
 */
export async function importTabular(source: string, folder: string): Promise<ImportedTask & { heldOut: HeldOut }> {
  const data = readDataSet(await readFile(source, 'utf8'));
  const { training, test } = split(data);
  for (const { classes } of [training, test])
    if (new Set(classes).size < 2)
      throw new LlmchainError('invalid_argument', 'The table has too few rows of both classes. Fetch it anew.');
  const model = fitted(training);
  const positives = test.classes.filter((each) => each === 1).length / test.classes.length;
  const heldOut = {
    rows: test.rows.length,
    ...quality(
      test.rows.map((row) => probability(model, row)),
      test.classes,
    ),
    baseline: Math.max(positives, 1 - positives),
  };
  const part = temporary(folder);
  try {
    await rm(part, { recursive: true, force: true });
    await mkdir(path.join(part, 'onnx'), { recursive: true });
    await writeFile(path.join(part, 'onnx/model.onnx'), graphOf(model));
    await writeFile(path.join(part, 'README.md'), cardOf(data, training.rows.length, heldOut));
    await rename(part, folder);
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
  return {
    task: 'tensor',
    signature: {
      inputs: [{ name: 'features', datatype: 'FP32', shape: [-1, data.columns.length] }],
      outputs: [{ name: 'probability', datatype: 'FP32', shape: [-1, 1] }],
      labels: [data.label],
    },
    contextTokens: data.columns.length,
    heldOut,
  };
}

/** Rows in an order that their place alone decides, the first quarter of it held out. */
function split({ rows, classes }: Examples): { training: Examples; test: Examples } {
  const order = rows
    .map((_, at) => ({ at, key: sha256Hex(`held-out/${at}`) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ at }) => at);
  const end = Math.floor(rows.length / HELD_OUT);
  const of = (places: readonly number[]): Examples => ({
    rows: places.map((at) => rows[at]!),
    classes: places.map((at) => classes[at]!),
  });
  return { training: of(order.slice(end)), test: of(order.slice(0, end)) };
}

/** Input: `features` float32 [B, F]. Output: `probability` float32 [B, 1]. */
function graphOf({ means, deviations, weights, bias }: Logistic): Uint8Array {
  const graph = new GraphBuilder('logistic');
  const rows = graph.input('features', 'float32', ['B', weights.length]);
  const standard = graph.div(graph.sub(rows, graph.float(means)), graph.float(deviations));
  const matrix = graph.initialiser('weights', 'float32', [weights.length, 1], Float32Array.from(weights));
  graph.output('probability', graph.map('Sigmoid', graph.add(graph.matmul(standard, matrix), graph.float([bias]))));
  return graph.bytes();
}

function cardOf(data: DataSet, trained: number, { rows, accuracy, auc, baseline }: HeldOut): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return `# ${data.title}

Logistic regression with an L2 penalty, trained on ${trained} rows of a public table.

**Use.** ${data.use}

**Left out.** ${data.leftOut}

**Quality** on ${rows} rows that were held out: accuracy ${percent(accuracy)}, area under the ROC curve ${auc.toFixed(4)}; always
the more frequent class would be right in ${percent(baseline)}.

**Output.** \`probability\` that a row is ${data.label}.

**Input.** \`features\`, in this order:

${data.columns.map((column, at) => `${at + 1}. ${column}`).join('\n')}
`;
}
