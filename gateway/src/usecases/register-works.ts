import { LlmchainError, sha256Hex, type WorkEntry } from '@llmchain/protocol';
import type { Actor } from '../ports/actor';
import type { Ledgers } from '../ports/ledger';
import type { ObjectStore } from '../ports/object-store';
import { mapConcurrently } from './concurrency';
import { contentKey } from './content-key';
import { operationOf } from './operation';
import type { ReadContent, Statements } from './read-content';

/** What an artist hands in: the record's fields, the content itself, and statements that lie beside it. */
export type Submission = Omit<WorkEntry, 'sha256' | 'bytes' | 'fingerprint' | 'signals' | 'resembles'> & {
  content: Uint8Array;
  signals?: Statements | undefined;
};

export interface Registration {
  works: { id: string; title: string }[];
  transaction: string;
  block: number;
}

/** Most content in one call: 16 MiB. */
const CONTENT_LIMIT = 16 * 1024 * 1024;

/** Works that are read at once: images take memory by their pixels. */
const READERS = 2;

/**
 * Registers works on behalf of their creators: reads fingerprints and signals from the content, stores it under its digest,
 * then puts the records on the ledger.
 */
export class RegisterWorks {
  readonly #ports: { ledgers: Ledgers; store: ObjectStore; readContent: ReadContent };

  constructor(_options: object, ports: { ledgers: Ledgers; store: ObjectStore; readContent: ReadContent }) {
    this.#ports = ports;
  }

  /** @throws {LlmchainError} `too_large` | `already_registered` | `invalid_argument` */
  async run(actor: Actor, submissions: readonly Submission[], operationId?: string): Promise<Registration> {
    const total = submissions.reduce((sum, { content }) => sum + content.byteLength, 0);
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
    const works = await mapConcurrently(submissions, READERS, async ({ content, signals, ...fields }) => {
      const reading = await this.#ports.readContent.run(fields.medium, content, signals);
      return { content, entry: { ...fields, ...reading, sha256: sha256Hex(content), bytes: content.byteLength } };
    });
    // Content first: a record whose content is missing could never be licensed, content without a record harms nobody.
    await mapConcurrently(works, 8, ({ entry, content }) => this.#ports.store.put(contentKey(entry.sha256), content));
    const ledger = await this.#ports.ledgers.as(actor);
    const { transaction, block } = await ledger.submit('artworks:register', {
      operationId: operationOf(operationId),
      works: works.map(({ entry }) => entry),
    });
    return { works: works.map(({ entry }) => ({ id: entry.sha256, title: entry.title })), transaction, block };
  }
}
