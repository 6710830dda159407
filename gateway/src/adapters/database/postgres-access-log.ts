import { sql } from 'kysely';
import type { Access, AccessLog, Ground } from '../../ports/access-log';
import { asking } from './failure';
import type { Database } from './open';

/** The access log in the member's Postgres. */
export class PostgresAccessLog implements AccessLog {
  readonly #database: Database;

  constructor(_options: object, dependencies: { database: Database }) {
    this.#database = dependencies.database;
  }

  async write({ key = null, ground, ...access }: Omit<Access, 'id' | 'key'> & { key?: string | null }): Promise<void> {
    await asking(
      this.#database
        .insertInto('access')
        .values({ ...access, key, ground: JSON.stringify(ground) })
        .execute(),
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
