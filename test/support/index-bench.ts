import type { LedgerBlock } from '@llmchain/ledger-client';
import type { Pool } from 'pg';
import { createIndexer, type Indexer } from '../../indexer/src';
import {
  block,
  BlockList,
  CHAINCODE,
  item,
  putBatch,
  putClaim,
  putDatasetVersion,
  putJob,
  putLicence,
  putModel,
  putPage,
  putSettlement,
  putSigner,
  putWork,
  transaction,
  work,
} from './blocks';
import { TestPostgres } from './postgres';

export const sonnet18 = work('Sonnet 18');
export const sonnet19 = work('Sonnet 19', 'ben');
export const unused = work('Sonnet 20', 'ben');
export const POET = { model: 'poet', version: 1 };
export const MADE_BY = { job: 'poet-1', dataset: 'sonnets', datasetVersion: 1 };
/** In the story, and not valid. */
export const refused = transaction('artworks:register', [putWork(work('Forgery'))], {
  valid: false,
  validationCode: 11,
});

/** A work's life, from its registration to a claim of what it earned. */
export const STORY: readonly LedgerBlock[] = [
  block(0, [transaction('', [], { id: '', endorsers: [] })]),
  block(1, [transaction('artworks:register', [sonnet18, sonnet19, unused].map(putWork)), refused]),
  block(2, [transaction('artworks:offerLicence', [putLicence('l1', [sonnet18.sha256], 'offered')])]),
  block(3, [transaction('artworks:acceptLicence', [putLicence('l1', [sonnet18.sha256], 'active')])]),
  block(4, [
    transaction('datasets:addPage', [
      putPage('sonnets', 1, 0, [item('Sonnet 18', { licence: 'l1' }), item('Sonnet 19')]),
    ]),
  ]),
  block(5, [transaction('datasets:seal', [putDatasetVersion('sonnets', 1, 2)])]),
  block(6, [transaction('training:open', [putJob('poet-1', 'sonnets', 1)])]),
  block(7, [transaction('models:register', [putModel('poet', 1, MADE_BY, 'candidate')])]),
  block(8, [
    transaction('models:approve', [putModel('poet', 1, MADE_BY, 'approved')]),
    transaction('members:registerSigner', [putSigner('worker.compute')]),
  ]),
  block(9, [
    transaction('inference:anchorBatch', [
      putBatch('ComputeMSP', 1, POET, 'anchored'),
      putSettlement('ComputeMSP', 1, POET, 'pending'),
    ]),
  ]),
  block(10, [
    transaction('inference:acceptBatch', [
      putBatch('ComputeMSP', 1, POET, 'accepted'),
      putSettlement('ComputeMSP', 1, POET, 'released'),
    ]),
  ]),
  block(11, [transaction('credits:claim', [putClaim('artist:GuildMSP:ann', 'ComputeMSP', 'poet', 1)])]),
];
export const TIP = STORY.length - 1;

const TABLES = ['checkpoint', 'block', 'transaction', 'write', 'node', 'edge', 'fingerprint', 'receipt'];
const quiet = { info: (): void => undefined, warn: (): void => undefined };
let schemas = 0;

/** A Postgres of its own and the indexers that a test runs on it, each in a schema of its own unless it names one. */
export class IndexBench {
  readonly #running: Indexer[] = [];

  private constructor(
    readonly postgres: TestPostgres,
    readonly pool: Pool,
  ) {}

  static async start(): Promise<IndexBench> {
    const postgres = await TestPostgres.start();
    return new IndexBench(postgres, postgres.pool());
  }

  newSchema(): string {
    return `index_${++schemas}`;
  }

  /** @param prepare called before the index follows the ledger */
  async follow(
    ledger: BlockList,
    schema = this.newSchema(),
    prepare: (indexer: Indexer) => void = () => undefined,
  ): Promise<Indexer> {
    const indexer = createIndexer(
      { channel: 'llmchain', chaincode: CHAINCODE, member: 'lab', schema },
      { ledger, pool: this.pool, log: quiet },
    );
    prepare(indexer);
    this.#running.push(indexer);
    await indexer.start();
    return indexer;
  }

  /** An index of the whole story. */
  async told(schema?: string): Promise<Indexer> {
    const indexer = await this.follow(new BlockList(STORY), schema);
    await indexer.waitFor(TIP, 5_000);
    return indexer;
  }

  /** Every row of every table, as text. */
  async contents(schema: string): Promise<Record<string, string[]>> {
    const tables = await Promise.all(
      TABLES.map(async (table) => {
        const { rows } = await this.pool.query<{ row: string }>(
          `SELECT t::text AS row FROM "${schema}"."${table}" t ORDER BY 1`,
        );
        return [table, rows.map(({ row }) => row)] as const;
      }),
    );
    return Object.fromEntries(tables);
  }

  /** Ends the indexers, and keeps the database. */
  async quiet(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((indexer) => indexer.stop()));
  }

  async stop(): Promise<void> {
    await this.quiet();
    await this.postgres.stop();
  }
}
