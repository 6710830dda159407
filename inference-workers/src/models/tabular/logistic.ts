/** Rows of numbers with the class of each. */
export interface Examples {
  readonly rows: readonly (readonly number[])[];
  /** 1 for what the model is to find, 0 for all else. */
  readonly classes: readonly (0 | 1)[];
}

/** What a row is standardised by, and weighed by then. */
export interface Logistic {
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  readonly weights: readonly number[];
  readonly bias: number;
}

/** Pulls weights of standardised columns to 0, as scikit-learn's C = 1 does. */
const PENALTY = 1;
const MOST_STEPS = 100;
const SMALLEST_STEP = 1e-10;

/**
 * Logistic regression with an L2 penalty on all but the bias, over standardised columns, by Newton's method (iteratively
 * reweighted least squares): the same examples give the same numbers.
 * @param examples at least one of each class
 */
export function fitted({ rows, classes }: Examples): Logistic {
  const width = rows[0]!.length;
  const columns = Array.from({ length: width }, (_, column) => rows.map((row) => row[column]!));
  const means = columns.map(mean);
  // A column that never changes tells nothing, and is not divided by 0.
  const deviations = columns.map(
    (values, at) => Math.sqrt(mean(values.map((value) => (value - means[at]!) ** 2))) || 1,
  );
  const standard = rows.map((row) => [...row.map((value, at) => (value - means[at]!) / deviations[at]!), 1]);
  let parameters = Array.from({ length: width + 1 }, () => 0);
  for (let step = 0; step < MOST_STEPS; step++) {
    const change = newtonStep(standard, classes, parameters);
    parameters = parameters.map((value, at) => value - change[at]!);
    if (Math.max(...change.map(Math.abs)) < SMALLEST_STEP) break;
  }
  return { means, deviations, weights: parameters.slice(0, width), bias: parameters[width]! };
}

/** Probability of class 1. */
export function probability({ means, deviations, weights, bias }: Logistic, row: readonly number[]): number {
  return sigmoid(row.reduce((sum, value, at) => sum + ((value - means[at]!) / deviations[at]!) * weights[at]!, bias));
}

/** How well probabilities tell the classes of examples that were not trained on. */
export function quality(
  probabilities: readonly number[],
  classes: readonly (0 | 1)[],
): { accuracy: number; auc: number } {
  const right = probabilities.filter((value, at) => Number(value >= 0.5) === classes[at]).length;
  const of = (wanted: number): number[] => probabilities.filter((_, at) => classes[at] === wanted);
  const [negatives, positives] = [of(0), of(1)];
  const wins = positives.flatMap((one) => negatives.map((other) => (one > other ? 1 : one === other ? 0.5 : 0)));
  return { accuracy: right / classes.length, auc: mean(wins) };
}

/** Hessian⁻¹ · gradient of the penalised negative log-likelihood. */
function newtonStep(
  rows: readonly (readonly number[])[],
  classes: readonly number[],
  parameters: readonly number[],
): number[] {
  const bias = parameters.length - 1;
  const gradient = parameters.map((value, at) => (at === bias ? 0 : PENALTY * value));
  const hessian = parameters.map((_, at) => parameters.map((__, other) => (at === other && at !== bias ? PENALTY : 0)));
  for (const [index, row] of rows.entries()) {
    const predicted = sigmoid(row.reduce((sum, value, at) => sum + value * parameters[at]!, 0));
    const weight = predicted * (1 - predicted);
    for (const [at, value] of row.entries()) {
      gradient[at]! += value * (predicted - classes[index]!);
      for (const [other, second] of row.entries()) hessian[at]![other]! += weight * value * second;
    }
  }
  return solved(hessian, gradient);
}

/** x of matrix · x = right, by elimination with pivots. */
function solved(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, at) => [...row, right[at]!]);
  const size = rows.length;
  for (let at = 0; at < size; at++) {
    let pivot = at;
    for (let row = at; row < size; row++) if (Math.abs(rows[row]![at]!) > Math.abs(rows[pivot]![at]!)) pivot = row;
    [rows[at], rows[pivot]] = [rows[pivot]!, rows[at]!];
    for (let row = at + 1; row < size; row++) {
      const factor = rows[row]![at]! / rows[at]![at]!;
      for (let column = at; column <= size; column++) rows[row]![column]! -= factor * rows[at]![column]!;
    }
  }
  const found = Array.from({ length: size }, () => 0);
  for (let at = size - 1; at >= 0; at--) {
    const known = found.reduce((sum, value, column) => (column > at ? sum + value * rows[at]![column]! : sum), 0);
    found[at] = (rows[at]![size]! - known) / rows[at]![at]!;
  }
  return found;
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
