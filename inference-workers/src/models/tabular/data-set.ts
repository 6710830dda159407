import { LlmchainError } from '@llmchain/protocol';
import type { Examples } from './logistic';

/** A public data set that a model is trained on, and what is to be said of that model. */
export interface DataSet extends Examples {
  title: string;
  /** What its columns are, in the order of the model's input. */
  columns: readonly string[];
  /** What class 1 is. */
  label: string;
  /** What was left out of the file. */
  leftOut: string;
  /** What the model is not for. */
  use: string;
}

const MEASURES = [
  ...['radius', 'texture', 'perimeter', 'area', 'smoothness', 'compactness', 'concavity', 'concave points'],
  ...['symmetry', 'fractal dimension'],
];

const MORTGAGE = ['dir', 'hir', 'lvr', 'ccs', 'mcs', 'pbcr', 'dmi', 'self', 'single', 'uria', 'comdominiom'];

/**
 * Reads a data set by its first line: scikit-learn's copy of Breast Cancer Wisconsin (Diagnostic), or the Boston HMDA data
 * set as Ecdat has it.
 * @throws {LlmchainError} `not_supported` for another file; `invalid_argument` for one that is damaged
 */
export function readDataSet(csv: string): DataSet {
  const [first = '', ...lines] = csv.split(/\r?\n/).filter((line) => line !== '');
  const header = cellsOf(first);
  const rows = lines.map(cellsOf);
  if (header.slice(2).join() === 'malignant,benign') return diagnosis(rows);
  if (MORTGAGE.every((name) => header.includes(name)) && header.includes('deny')) return mortgage(header, rows);
  throw new LlmchainError(
    'not_supported',
    'Only the tables of breast-cancer and of mortgage are trained on. Import those by name.',
  );
}

function diagnosis(rows: readonly string[][]): DataSet {
  return {
    title: 'Breast cancer diagnosis',
    columns: ['mean', 'error', 'worst'].flatMap((kind) => MEASURES.map((measure) => `${kind} ${measure}`)),
    label: 'malignant',
    leftOut: 'Nothing was left out.',
    use: 'Not for clinical decisions: 569 patients of one hospital before 1995, measured on cells by hand.',
    rows: rows.map((row) => numbers(row.slice(0, -1), 3 * MEASURES.length)),
    // The file has 0 for malignant.
    classes: rows.map((row) => classOf(row.at(-1), '0', '1')),
  };
}

function mortgage(header: readonly string[], rows: readonly string[][]): DataSet {
  const whole = rows.filter((row) => row.length !== header.length || !row.includes('NA'));
  const at = (name: string): number => header.indexOf(name);
  return {
    title: 'Mortgage denial',
    columns: MORTGAGE,
    label: 'denied',
    leftOut: `The protected column black, and rows with gaps: ${rows.length - whole.length}.`,
    use: 'Not for decisions on people: applications in Boston around 1990. Other columns may stand in for the one that was left out, and what the model repeats is how people decided then.',
    rows: whole.map((row) =>
      numbers(
        MORTGAGE.map((name) => row[at(name)] ?? '').map((cell) => (cell === 'yes' ? '1' : cell === 'no' ? '0' : cell)),
        MORTGAGE.length,
      ),
    ),
    classes: whole.map((row) => classOf(row[at('deny')], 'yes', 'no')),
  };
}

/** Cells without the quotes that tables of R put around texts; none of these has a comma in it. */
function cellsOf(line: string): string[] {
  return line.split(',').map((cell) => cell.replaceAll('"', ''));
}

function numbers(cells: readonly string[], width: number): number[] {
  const row = cells.map((cell) => (cell.trim() === '' ? Number.NaN : Number(cell)));
  if (row.length === width && row.every(Number.isFinite)) return row;
  throw damaged();
}

function classOf(cell: string | undefined, one: string, zero: string): 0 | 1 {
  if (cell === one) return 1;
  if (cell === zero) return 0;
  throw damaged();
}

function damaged(): LlmchainError {
  return new LlmchainError('invalid_argument', 'A row of the table is damaged. Fetch it anew.');
}
