import type { Holding, Holdings } from '../../ports/holdings';
import { asking } from './failure';
import type { Database } from './open';

/** Rows in one statement, whose parameters Postgres counts with 16 bits. */
const ROWS_AT_ONCE = 5_000;

/** The member's holdings in its Postgres. */
export class PostgresHoldings implements Holdings {
  readonly #database: Database;

  constructor(_options: object, dependencies: { database: Database }) {
    this.#database = dependencies.database;
  }

  async note(holdings: readonly Holding[]): Promise<void> {
    for (let start = 0; start < holdings.length; start += ROWS_AT_ONCE) {
      const rows = holdings.slice(start, start + ROWS_AT_ONCE);
      await asking(
        this.#database
          .insertInto('holding')
          .values(rows.map(({ work, content, kind }) => ({ work, content, kind })))
          .onConflict((conflict) => conflict.doNothing())
          .execute(),
      );
    }
  }

  of(work: string): Promise<(Holding & { destroyed: boolean })[]> {
    return asking(
      this.#database
        .selectFrom('holding')
        .select(['work', 'content', 'kind', 'destroyed'])
        .where('work', '=', work)
        .orderBy('content')
        .execute(),
    );
  }

  async forget({ work, content }: Holding): Promise<void> {
    await asking(
      this.#database.deleteFrom('holding').where('work', '=', work).where('content', '=', content).execute(),
    );
  }

  async destroyed({ work, content }: Holding, replacement?: string): Promise<void> {
    await asking(
      this.#database.transaction().execute(async (within) => {
        if (replacement !== undefined) {
          const others = await within
            .deleteFrom('holding')
            .where('content', '=', content)
            .where('work', '!=', work)
            .where('destroyed', '=', false)
            .returning(['work', 'kind'])
            .execute();
          if (others.length > 0)
            await within
              .insertInto('holding')
              .values(others.map((other) => ({ ...other, content: replacement })))
              .onConflict((conflict) => conflict.doNothing())
              .execute();
        }
        await within
          .updateTable('holding')
          .set({ destroyed: true, replacement: replacement ?? null })
          .where('content', '=', content)
          .execute();
      }),
    );
  }

  async standing(layer: string): Promise<string | undefined> {
    let content = layer;
    for (;;) {
      const found = await asking(
        this.#database
          .selectFrom('holding')
          .select('replacement')
          .where('content', '=', content)
          .where('destroyed', '=', true)
          .executeTakeFirst(),
      );
      if (!found) return content;
      if (found.replacement === null) return undefined;
      content = found.replacement;
    }
  }
}
