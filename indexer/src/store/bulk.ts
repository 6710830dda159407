import { sql, type Transaction } from 'kysely';
import type { Tables } from './tables';

/** A column of an insert: its Postgres type and its value for each row. */
export interface Column<R> {
  name: string;
  type: 'integer' | 'bigint' | 'boolean' | 'text' | 'json' | 'text[]';
  of: (row: R) => unknown;
}

/** Rows per statement: bounds the size of one message to the server. */
const ROWS = 5_000;

/** Inserts rows with one `unnest` per few thousand; rows that are there already stay as they are. */
export async function insertRows<R>(
  trx: Transaction<Tables>,
  schema: string,
  table: keyof Tables,
  columns: readonly Column<R>[],
  rows: readonly R[],
): Promise<void> {
  const names = sql.join(columns.map(({ name }) => sql.id(name)));
  const values = sql.join(
    columns.map(({ name, type }) => (type === 'text[]' ? sql`${sql.id(name)}::text[]` : sql.id(name))),
  );
  for (let start = 0; start < rows.length; start += ROWS) {
    const slice = rows.slice(start, start + ROWS);
    const arrays = sql.join(
      columns.map(({ type, of }) =>
        type === 'text[]'
          ? sql`${slice.map((row) => arrayLiteral(of(row) as string[]))}::text[]`
          : sql`${slice.map(of)}::${sql.raw(`${type}[]`)}`,
      ),
    );
    await sql`INSERT INTO ${sql.id(schema, table)} (${names})
              SELECT ${values} FROM unnest(${arrays}) AS r (${names}) ON CONFLICT DO NOTHING`.execute(trx);
  }
}

/** A text array as a Postgres literal, since `unnest` would flatten arrays of arrays. */
function arrayLiteral(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`;
}
