import { sql, type RawBuilder, type SqlBool } from 'kysely';

/** Whether a version of a node or an edge holds at a block. */
export function holdsAt(block: number): RawBuilder<SqlBool> {
  return sql<SqlBool>`from_block <= ${block} AND (to_block IS NULL OR to_block > ${block})`;
}
