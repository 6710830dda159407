import type { Actor } from '../../ports/actor';
import type { Uploads } from '../../ports/uploads';
import { asking } from './failure';
import type { Database } from './open';

/** A person's uploads are theirs by whatever key of theirs they came. */
const uploader = ({ role, name }: Actor): string => `${role}/${name}`;

/** Uploads in the member's Postgres. */
export class PostgresUploads implements Uploads {
  readonly #database: Database;

  constructor(_options: object, dependencies: { database: Database }) {
    this.#database = dependencies.database;
  }

  async note(actor: Actor, { digest, bytes }: { digest: string; bytes: number }): Promise<void> {
    await asking(
      this.#database
        .insertInto('upload')
        .values({ digest, uploader: uploader(actor), bytes })
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    );
  }

  async find(actor: Actor, digest: string): Promise<number | undefined> {
    const found = await asking(
      this.#database
        .selectFrom('upload')
        .select('bytes')
        .where('digest', '=', digest)
        .where('uploader', '=', uploader(actor))
        .executeTakeFirst(),
    );
    return found?.bytes;
  }
}
