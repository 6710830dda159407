import { LlmchainError, sha256Hex, type WorkEntry } from '@llmchain/protocol';
import type { Actor } from '../ports/actor';
import type { IndexRecords } from '../ports/index-records';
import type { Ledgers } from '../ports/ledger';
import type { ObjectStore } from '../ports/object-store';
import type { Uploads } from '../ports/uploads';
import { mapConcurrently } from './concurrency';
import { contentKey } from './content-key';
import { operationOf } from './operation';
import type { Lineage } from '../ports/lineage';
import type { CheckResemblance } from './check-resemblance';
import type { Resembling } from './find-similar';
import type { Credentials, ReadContent, Statements } from './read-content';

/** What an artist hands in: the record's fields, the content itself, and statements that lie beside it. */
export type Submission = Omit<WorkEntry, 'sha256' | 'bytes' | 'fingerprint' | 'signals' | 'c2pa' | 'resembles'> & {
  /** The content itself, or the digest of what the same person uploaded before. */
  content: Uint8Array | { sha256: string };
  /** Content that is for everyone lies in the bucket as it is; all other is sealed. */
  public?: boolean | undefined;
  signals?: Statements | undefined;
  /** That it is a work of its own, whatever it resembles. */
  distinct?: boolean | undefined;
};

export interface Registration {
  works: { id: string; title: string; resembles?: Resembling[]; credentials?: Credentials }[];
  transaction: string;
  block: number;
}

/** Most content in one call: 16 MiB. */
const CONTENT_LIMIT = 16 * 1024 * 1024;

/** Works that are read at once: images take memory by their pixels. */
const READERS = 2;

/** How long a registration waits for the one before it to be indexed, milliseconds. */
const PATIENCE = 3_000;

interface Ports {
  checkResemblance: CheckResemblance;
  index: IndexRecords;
  ledgers: Ledgers;
  lineage: Pick<Lineage, 'waitFor'>;
  readContent: ReadContent;
  store: ObjectStore;
  uploads: Uploads;
}

/**
 * Registers works on behalf of their creators: reads fingerprints and signals from the content, tells of what it
 * resembles, stores it under its digest, then puts the records on the ledger.
 */
export class RegisterWorks {
  readonly #options: { member: string };
  readonly #ports: Ports;
  /** The block of the last registration here. */
  #last = -1;

  constructor(options: { member: string }, ports: Ports) {
    this.#options = options;
    this.#ports = ports;
  }

  /** @throws {LlmchainError} `too_large` | `already_registered` | `resembles` | `invalid_argument` | `not_found` for an upload */
  async run(actor: Actor, submissions: readonly Submission[], operationId?: string): Promise<Registration> {
    const total = submissions.reduce((sum, { content }) => sum + ('sha256' in content ? 0 : content.byteLength), 0);
    if (total > CONTENT_LIMIT) {
      throw new LlmchainError(
        'too_large',
        `The works hold ${total} bytes; register at most ${CONTENT_LIMIT} at once.`,
        {
          bytes: total,
          limit: CONTENT_LIMIT,
        },
      );
    }
    const read = await mapConcurrently(submissions, READERS, async (submission) => {
      const { content, signals, distinct, public: open, ...fields } = submission;
      const found =
        'sha256' in content
          ? { sha256: content.sha256, bytes: await this.#uploaded(actor, content.sha256, open) }
          : { sha256: sha256Hex(content), bytes: content.byteLength };
      const source = 'sha256' in content ? await this.#ports.store.stream(contentKey(content.sha256)) : content;
      const reading = await this.#ports.readContent.run(fields.medium, source, signals);
      if ('destroy' in source) source.destroy();
      const entry = { ...fields, ...reading.entry, ...found };
      const { credentials } = reading;
      return { content, entry, credentials, distinct: distinct ?? false, options: { public: open } };
    });
    // An index that has fallen behind knows less than it could, and refuses nobody.
    if (this.#last >= 0) await this.#ports.lineage.waitFor(this.#last, PATIENCE).catch(() => undefined);
    const owner = { member: this.#options.member, person: actor.name };
    const flagged = await this.#ports.checkResemblance.run(read, owner);
    const works = flagged.map((each, index) => ({
      ...each,
      content: read[index]!.content,
      options: read[index]!.options,
      credentials: read[index]!.credentials,
    }));
    const erased = new Set(await this.#ports.index.records.erased());
    const gone = works.find(({ entry }) => erased.has(entry.sha256));
    if (gone)
      throw new LlmchainError('wrong_state', 'The owner of this work had its content erased; it is not kept again.', {
        work: gone.entry.sha256,
      });
    // Content first: a record whose content is missing could never be licensed, content without a record harms nobody.
    await mapConcurrently(works, 8, async ({ entry, content, options }) => {
      if (!('sha256' in content)) await this.#ports.store.put(contentKey(entry.sha256), content, options);
    });
    const ledger = await this.#ports.ledgers.as(actor);
    const { transaction, block } = await ledger.submit('artworks:register', {
      operationId: operationOf(operationId),
      works: works.map(({ entry }) => entry),
    });
    this.#last = Math.max(this.#last, block);
    const named = works.map(({ entry: { sha256: id, title }, resembles, credentials }) => ({
      ...{ id, title },
      ...(resembles.length > 0 ? { resembles } : {}),
      ...(credentials ? { credentials } : {}),
    }));
    return { works: named, transaction, block };
  }

  /** @returns bytes of what the same person uploaded */
  async #uploaded(actor: Actor, sha256: string, open: boolean | undefined): Promise<number> {
    if (open !== undefined)
      throw new LlmchainError(
        'invalid_argument',
        'Say at the upload whether it is public: PUT /v1/content?public=true.',
        {
          issues: [{ pointer: '/public', message: 'must not stand beside uploaded content' }],
        },
      );
    const bytes = await this.#ports.uploads.find(actor, sha256);
    if (bytes !== undefined && (await this.#ports.store.size(contentKey(sha256))) === bytes) return bytes;
    // Whether somebody else uploaded it is nobody's business.
    throw new LlmchainError('not_found', `You have uploaded no content ${sha256}. Send it by PUT /v1/content first.`, {
      sha256,
    });
  }
}
