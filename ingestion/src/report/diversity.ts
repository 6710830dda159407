import { z } from 'zod';

/** What is counted of every item. */
export const DIMENSIONS = ['language', 'period', 'medium', 'source', 'contributor'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

const Counts = z.strictObject({ items: z.number().int(), tokens: z.number().int() });

/**
 * How items and tokens spread over one dimension. Items that state nothing count as `unknown`, values beyond the bound as
 * `other`. The entropies are Shannon's over the values, divided by the logarithm of their number (Pielou's evenness, 1966),
 * in ten-thousandths: 0 when all is of one kind, 10,000 when all kinds are equal.
 */
const Spread = z.strictObject({
  values: z.record(z.string(), Counts),
  distinct: z.number().int(),
  evenness: Counts,
});

export const DiversityReport = z.strictObject({
  schema: z.literal('diversity-report/1'),
  dataset: z.string(),
  items: z.number().int(),
  tokens: z.number().int(),
  dimensions: z.record(z.enum(DIMENSIONS), Spread),
});
export type DiversityReport = z.infer<typeof DiversityReport>;

/** Values told of for each dimension. */
const MOST_VALUES = 1_000;

/** Evenness of counts, in ten-thousandths. */
export function evenness(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (counts.length < 2 || total === 0) return 0;
  const entropy = counts.reduce(
    (sum, count) => (count === 0 ? sum : sum - (count / total) * Math.log(count / total)),
    0,
  );
  return Math.round((entropy / Math.log(counts.length)) * 10_000);
}

/** Counts items by what is known of them, in bounded memory. */
export class Diversity {
  readonly #values = new Map(DIMENSIONS.map((name) => [name, new Map<string, { items: number; tokens: number }>()]));
  #items = 0;
  #tokens = 0;

  add(item: Readonly<Partial<Record<Dimension, string>>>, tokens: number): void {
    this.#items += 1;
    this.#tokens += tokens;
    for (const [dimension, values] of this.#values) {
      const value = item[dimension] ?? 'unknown';
      const key = values.has(value) || values.size < MOST_VALUES ? value : 'other';
      const counts = values.get(key) ?? { items: 0, tokens: 0 };
      counts.items += 1;
      counts.tokens += tokens;
      values.set(key, counts);
    }
  }

  report(dataset: string): DiversityReport {
    const spread = (values: ReadonlyMap<string, { items: number; tokens: number }>): z.infer<typeof Spread> => {
      const counts = [...values.values()];
      return {
        values: Object.fromEntries(values),
        distinct: values.size,
        evenness: {
          items: evenness(counts.map(({ items }) => items)),
          tokens: evenness(counts.map(({ tokens }) => tokens)),
        },
      };
    };
    const dimensions = Object.fromEntries([...this.#values].map(([name, values]) => [name, spread(values)]));
    return DiversityReport.parse({
      schema: 'diversity-report/1',
      dataset,
      items: this.#items,
      tokens: this.#tokens,
      dimensions,
    });
  }
}
