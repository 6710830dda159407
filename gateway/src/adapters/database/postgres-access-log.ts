import { sql } from 'kysely';
import type { Access, AccessLog, Ground } from '../../ports/access-log';
import { asking } from './failure';
import type { Database } from './open';

/** Rows in one statement, whose parameters Postgres counts with 16 bits. */
const ROWS_AT_ONCE = 5_000;

/** The access log in the member's Postgres. */
export class PostgresAccessLog implements AccessLog {
  readonly #database: Database;

  constructor(_options: object, dependencies: { database: Database }) {
    this.#database = dependencies.database;
  }

  async write(...accesses: readonly Omit<Access, 'id'>[]): Promise<void> {
    const rows = accesses.map(({ key = null, ground, ...access }) => ({
      ...access,
      key,
      ground: JSON.stringify(ground),
    }));
    await asking(
      this.#database.transaction().execute(async (transaction) => {
        for (let start = 0; start < rows.length; start += ROWS_AT_ONCE)
          await transaction
            .insertInto('access')
            .values(rows.slice(start, start + ROWS_AT_ONCE))
            .execute();
      }),
    );
  }

  async page({
    limit,
    before,
    work,
  }: {
    limit: number;
    before?: number | undefined;
    work?: string | undefined;
  }): Promise<Access[]> {
    let query = this.#database.selectFrom('access').selectAll().orderBy('id', 'desc').limit(limit);
    if (before !== undefined) query = query.where('id', '<', before);
    if (work !== undefined) query = query.where('work', '=', work);
    const rows = await asking(query.execute());
    return rows.map(({ key, ground, ...row }) => ({
      ...row,
      ground: ground as Ground,
      ...(key === null ? {} : { key }),
    }));
  }

  async readers(work: string): Promise<Map<string, number>> {
    const rows = await asking(
      this.#database
        .selectFrom('access')
        .select(['member', sql<number>`count(*)`.as('times')])
        .where('work', '=', work)
        .groupBy('member')
        .execute(),
    );
    return new Map(rows.map(({ member, times }) => [member, times]));
  }
}
