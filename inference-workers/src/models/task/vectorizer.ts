import { z } from 'zod';

/** Name of the file in a model's folder. */
export const VECTORIZER = 'vectorizer.json';

/** Word and weight of each column, as a `TfidfVectorizer` of scikit-learn was fitted. */
export const Vectorizer = z
  .strictObject({
    kind: z.literal('tfidf/1'),
    words: z.array(z.string().min(1).max(1_000)).min(1).max(200_000),
    idf: z.array(z.number().positive()).min(1).max(200_000),
  })
  .refine(({ words, idf }) => words.length === idf.length, 'must have a weight for each word');
export type Vectorizer = z.infer<typeof Vectorizer>;

/** Runs of two or more letters, digits and underscores: what Python's `(?u)\b\w\w+\b` finds. */
const WORDS = /[\p{L}\p{N}_]{2,}/gu;

/** The words of a text as scikit-learn's default takes them: in lower case, of two characters at least. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(WORDS) ?? [];
}

/** Makes rows of words: how often each known one is there, times its weight, and the row scaled to length 1. */
export class TfidfRows {
  readonly #columns: ReadonlyMap<string, number>;
  readonly #idf: readonly number[];

  constructor({ words, idf }: Vectorizer) {
    this.#columns = new Map(words.map((word, column) => [word, column]));
    this.#idf = idf;
  }

  /** Columns of a row. */
  get width(): number {
    return this.#idf.length;
  }

  /** Writes the row of a text's words into zeros; words that are not known count for nothing. */
  fill(row: Float32Array, words: readonly string[]): void {
    const counts = new Map<number, number>();
    for (const word of words) {
      const column = this.#columns.get(word);
      if (column !== undefined) counts.set(column, (counts.get(column) ?? 0) + 1);
    }
    const weighted = [...counts].map(([column, count]) => [column, count * this.#idf[column]!] as const);
    const length = Math.sqrt(weighted.reduce((sum, [, value]) => sum + value * value, 0));
    for (const [column, value] of weighted) row[column] = value / length;
  }
}
