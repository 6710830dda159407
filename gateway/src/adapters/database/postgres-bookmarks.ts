import type { FingerprintPlace } from '@llmchain/indexer';
import type { Bookmarks } from '../../ports/bookmarks';
import { asking } from './failure';
import type { Database } from './open';

/** Bookmarks in the member's Postgres. */
export class PostgresBookmarks implements Bookmarks {
  readonly #database: Database;

  constructor(_options: object, dependencies: { database: Database }) {
    this.#database = dependencies.database;
  }

  async find(name: string): Promise<FingerprintPlace | undefined> {
    const row = await asking(
      this.#database.selectFrom('bookmark').select('place').where('name', '=', name).executeTakeFirst(),
    );
    return row?.place as FingerprintPlace | undefined;
  }

  async put(name: string, { block, work }: FingerprintPlace): Promise<void> {
    const place = JSON.stringify({ block, work });
    await asking(
      this.#database
        .insertInto('bookmark')
        .values({ name, place })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ place }))
        .execute(),
    );
  }
}
