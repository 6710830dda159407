import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely';
import type { Tables } from '../store/tables';

/** Whether a version of a node or an edge holds at a block. */
export function holdsAt(block: number): RawBuilder<SqlBool> {
  return sql<SqlBool>`from_block <= ${block} AND (to_block IS NULL OR to_block > ${block})`;
}

/** Whether there is no record up to a block that this version of the indexer could not read. */
export async function readAll(db: Kysely<Tables>, block: number): Promise<boolean> {
  const row = await db
    .selectFrom('write')
    .select('block')
    .where('unread', '=', true)
    .where('block', '<=', block)
    .limit(1)
    .executeTakeFirst();
  return row === undefined;
}
