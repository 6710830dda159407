import { compositeKey, encodeSignature, sha256Hex, textSignature } from '@llmchain/protocol';
import type { LedgerBlock } from '@llmchain/ledger-client';
import type { Pool } from 'pg';
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
  put,
  putWork,
  rawWrite,
  transaction,
  work,
} from '../../test/support/blocks';
import { TestPostgres } from '../../test/support/postgres';
import { createIndexer, type Indexer } from './index';

const sonnet18 = work('Sonnet 18');
const sonnet19 = work('Sonnet 19', 'ben');
const unused = work('Sonnet 20', 'ben');
const POET = { model: 'poet', version: 1 };
const MADE_BY = { job: 'poet-1', dataset: 'sonnets', datasetVersion: 1 };
const RECEIPT = sha256Hex('receipt');
const refused = transaction('artworks:register', [putWork(work('Forgery'))], { valid: false, validationCode: 11 });

/** A work's life, from its registration to a claim of what it earned. */
const STORY: readonly LedgerBlock[] = [
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
const STAMPS = { createdTx: 'first', updatedTx: 'last' };
const TIP = STORY.length - 1;
const TABLES = ['checkpoint', 'block', 'transaction', 'write', 'node', 'edge', 'fingerprint', 'receipt'];
const quiet = { info: (): void => undefined, warn: (): void => undefined };

let postgres: TestPostgres;
let pool: Pool;
let schemas = 0;
const running: Indexer[] = [];

beforeAll(async () => {
  postgres = await TestPostgres.start();
  pool = postgres.pool();
}, 60_000);
afterEach(async () => {
  await Promise.all(running.splice(0).map((indexer) => indexer.stop()));
});
afterAll(async () => postgres.stop());

const newSchema = (): string => `index_${++schemas}`;

async function follow(ledger: BlockList, schema = newSchema()): Promise<Indexer> {
  const indexer = createIndexer(
    { channel: 'llmchain', chaincode: CHAINCODE, member: 'lab', schema },
    { ledger, pool, log: quiet },
  );
  running.push(indexer);
  await indexer.start();
  return indexer;
}

/** An index of the whole story. */
async function told(schema?: string): Promise<Indexer> {
  const indexer = await follow(new BlockList(STORY), schema);
  await indexer.waitFor(TIP, 5_000);
  return indexer;
}

/** Every row of every table, as text. */
async function contents(schema: string): Promise<Record<string, string[]>> {
  const tables = await Promise.all(
    TABLES.map(async (table) => {
      const { rows } = await pool.query<{ row: string }>(
        `SELECT t::text AS row FROM "${schema}"."${table}" t ORDER BY 1`,
      );
      return [table, rows.map(({ row }) => row)] as const;
    }),
  );
  return Object.fromEntries(tables);
}

const ids = (answer: { nodes: { id: string }[] }): string[] => answer.nodes.map((node) => node.id);

describe('following', () => {
  test('stops and goes on between any two blocks, and the tables are the same', async () => {
    const [whole, broken] = [newSchema(), newSchema()];
    await told(whole);
    for (let end = 1; end <= STORY.length; end++) {
      const indexer = await follow(new BlockList(STORY.slice(0, end)), broken);
      await indexer.waitFor(end - 1, 5_000);
      await indexer.stop();
    }
    expect(await contents(broken)).toEqual(await contents(whole));
  });

  test('a block delivered again changes nothing', async () => {
    const schema = newSchema();
    const first = await told(schema);
    await first.stop();
    const before = await contents(schema);
    await pool.query(`UPDATE "${schema}".checkpoint SET block = 0, time = 0`);
    const again = await told(schema);
    expect(again.height()).toEqual(first.height());
    expect(await contents(schema)).toEqual(before);
  });

  test('two processes on one schema write every block once', async () => {
    const [alone, shared] = [newSchema(), newSchema()];
    await told(alone);
    const pair = await Promise.all([told(shared), told(shared)]);
    expect(pair.map((indexer) => indexer.height().block)).toEqual([TIP, TIP]);
    expect(await contents(shared)).toEqual(await contents(alone));
  });

  test('comes back with the next block when the peer went away', async () => {
    const ledger = new BlockList(STORY.slice(0, 4));
    const indexer = await follow(ledger);
    await indexer.waitFor(3, 5_000);
    ledger.cut();
    ledger.add(STORY[4]!);
    await indexer.waitFor(4, 5_000);
    expect(ledger.begun).toEqual([0, 3]);
    expect(indexer.height()).toEqual({ block: 4, time: STORY[4]!.transactions[0]!.timestamp });
  });

  test('a block that cannot be written whole is not written at all, and is taken again', async () => {
    const [schema, smooth] = [newSchema(), newSchema()];
    await told(smooth);
    const ledger = new BlockList(STORY.slice(0, 2));
    const indexer = await follow(ledger, schema);
    await indexer.waitFor(1, 5_000);
    const before = await contents(schema);
    await pool.query(`ALTER TABLE "${schema}".edge ADD CONSTRAINT broken CHECK (kind <> 'licenses') NOT VALID`);
    ledger.add(STORY[2]!);
    await expect(indexer.waitFor(2, 300)).rejects.toThrowWithCode('not_yet_indexed');
    expect(await contents(schema)).toEqual(before);
    await pool.query(`ALTER TABLE "${schema}".edge DROP CONSTRAINT broken`);
    for (const next of STORY.slice(3)) ledger.add(next);
    await indexer.waitFor(TIP, 10_000);
    expect(await contents(schema)).toEqual(await contents(smooth));
  });

  test('outlives the loss of its database connections', async () => {
    const ledger = new BlockList(STORY.slice(0, 2));
    const indexer = await follow(ledger);
    await indexer.waitFor(1, 5_000);
    await postgres.pool().query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
    for (const next of STORY.slice(2)) ledger.add(next);
    await indexer.waitFor(TIP, 10_000);
    expect(indexer.height().block).toBe(TIP);
  });

  test('is built anew when the peer holds another ledger, and keeps the receipts', async () => {
    const schema = newSchema();
    const first = await told(schema);
    await first.putReceipt({ id: RECEIPT, ...POET, worker: 'worker.compute', producer: 'ComputeMSP' });
    await first.stop();
    const other = STORY.map((entry) => ({
      ...entry,
      transactions: entry.transactions.map((each) => ({ ...each, id: `other-${each.id}` })),
    }));
    const indexer = await follow(new BlockList(other), schema);
    while ((await indexer.transaction(`other-${STORY[TIP]!.transactions[0]!.id}`)) === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await indexer.transaction(STORY[1]!.transactions[0]!.id)).toBeUndefined();
    expect((await contents(schema))['receipt']).toHaveLength(1);
    expect((await contents(schema))['block']).toHaveLength(STORY.length);
  });

  test('waiting for a block that does not come is not_yet_indexed', async () => {
    const indexer = await told();
    await expect(indexer.waitFor(TIP + 1, 20)).rejects.toThrowWithCode('not_yet_indexed', { indexed: TIP });
  });

  test('odd text from a client does not stop it', async () => {
    const odd = transaction('a\u0000b', [rawWrite(compositeKey('hologram', ['x']), '{"a":"\\u0000\\ud800"}')], {
      id: 'odd\u0000',
      creator: '"\\{}',
      endorsers: ['"', '\\', ',', '{}', ''],
      timestamp: Number.POSITIVE_INFINITY,
    });
    const indexer = await follow(new BlockList([STORY[0]!, block(1, [odd])]));
    await indexer.waitFor(1, 5_000);
    expect(await indexer.transaction('odd\uFFFD')).toMatchObject({
      creator: '"\\{}',
      endorsers: ['"', '\\', ',', '{}', ''],
      time: 0,
    });
  });
});

describe('trace', () => {
  const UP = [
    'dataset:sonnets@1',
    'job:poet-1',
    'licence:l1',
    'model:poet@1',
    'artist:GuildMSP:ann',
    'artist:GuildMSP:ben',
    sonnet18.sha256,
    sonnet19.sha256,
  ];

  test('up from a receipt reaches its signer, batch, model, datasets, licences, works and artists', async () => {
    const indexer = await told();
    const receipt = { id: RECEIPT, ...POET, worker: 'worker.compute', producer: 'ComputeMSP' };
    await indexer.putReceipt(receipt);
    const early = await indexer.trace(RECEIPT, { direction: 'up' });
    expect(early.gaps).toEqual(['not_anchored']);
    expect(ids(early)).toEqual([...UP, 'signer:worker.compute', RECEIPT].sort());

    await indexer.putReceipt({ ...receipt, batch: 'ComputeMSP/1' });
    const answer = await indexer.trace(RECEIPT, { direction: 'up' });
    expect(answer).toMatchObject({ root: RECEIPT, gaps: [], complete: true, asOf: { block: TIP } });
    expect(ids(answer)).toEqual([...UP, 'batch:ComputeMSP/1', 'signer:worker.compute', RECEIPT].sort());
    expect(answer.edges).toEqual(
      expect.arrayContaining([
        { from: RECEIPT, to: 'batch:ComputeMSP/1', kind: 'anchored in' },
        { from: RECEIPT, to: 'signer:worker.compute', kind: 'signed by' },
        { from: 'batch:ComputeMSP/1', to: 'model:poet@1', kind: 'produced by' },
        { from: 'model:poet@1', to: 'job:poet-1', kind: 'trained by' },
        { from: 'model:poet@1', to: 'dataset:sonnets@1', kind: 'trained on' },
        { from: 'job:poet-1', to: 'dataset:sonnets@1', kind: 'trained on' },
        { from: 'dataset:sonnets@1', to: sonnet18.sha256, kind: 'contains' },
        { from: 'dataset:sonnets@1', to: 'licence:l1', kind: 'relies on' },
        { from: 'licence:l1', to: sonnet18.sha256, kind: 'licenses' },
        { from: sonnet18.sha256, to: 'artist:GuildMSP:ann', kind: 'created by' },
      ]),
    );
    expect(answer.nodes.find((node) => node.type === 'batch')?.data).toMatchObject({
      state: 'accepted',
      verifiers: ['ArchiveMSP', 'GuildMSP'],
    });
  });

  test('down from a work reaches what was trained on it, what that gave and what it earned', async () => {
    const indexer = await told();
    await indexer.putReceipt({ id: RECEIPT, batch: 'ComputeMSP/1', ...POET, worker: 'w', producer: 'ComputeMSP' });
    const answer = await indexer.trace(sonnet18.sha256, { direction: 'down' });
    expect(ids(answer)).toEqual(
      [
        sonnet18.sha256,
        'licence:l1',
        'dataset:sonnets@1',
        'job:poet-1',
        'model:poet@1',
        'batch:ComputeMSP/1',
        'settlement:ComputeMSP/1',
        'claim:artist:GuildMSP:ann/ComputeMSP/poet@1',
        RECEIPT,
      ].sort(),
    );
    expect(ids(await indexer.trace(unused.sha256, { direction: 'down' }))).toEqual([unused.sha256]);
    expect(ids(await indexer.trace('artist:GuildMSP:ben', { direction: 'down' }))).toContain('model:poet@1');
  });

  test('as of an earlier block it tells what was true then', async () => {
    const indexer = await told();
    const state = async (id: string, asOf?: number): Promise<unknown> => {
      const { nodes } = await indexer.trace(id, { direction: 'up', ...(asOf === undefined ? {} : { asOf }) });
      return nodes.find((node) => node.id === id)?.data['state'];
    };
    expect([await state('licence:l1', 2), await state('licence:l1', 3)]).toEqual(['offered', 'active']);
    expect([await state('model:poet@1', 7), await state('model:poet@1')]).toEqual(['candidate', 'approved']);
    const unsealed = await indexer.trace(sonnet18.sha256, { direction: 'down', asOf: 4 });
    expect(ids(unsealed)).toEqual([sonnet18.sha256, 'licence:l1'].sort());
    expect(unsealed.asOf).toEqual({ block: 4, time: STORY[4]!.transactions[0]!.timestamp });
    const before = indexer.trace('poet@1', { direction: 'up', asOf: 6 });
    await expect(before).rejects.toThrowWithCode('not_found', { block: 6 });
  });

  test('what the members decided is told with the model that it is about, now and then', async () => {
    const points = (version: number | null, at: number) => {
      const proposal = `point-${at}`;
      const motion = { kind: 'alias' as const, model: 'poet', alias: 'production' as const, version };
      return transaction('members:vote', [
        put('proposal', [proposal], {
          ...{ schema: 'proposal/1', proposal, motion, electorate: ['LabMSP'], state: 'enacted' },
          ...{ votes: [{ member: 'LabMSP', approve: true }], owner: { member: 'LabMSP' }, ...STAMPS },
        }),
        put('alias', ['poet', 'production'], {
          ...{ schema: 'alias/1', model: 'poet', alias: 'production', version, ordinal: at, proposal, decided: at },
          ...{ owner: { member: 'LabMSP' }, ...STAMPS },
        }),
      ]);
    };
    const indexer = await follow(
      new BlockList([...STORY, block(TIP + 1, [points(1, 1)]), block(TIP + 2, [points(null, 2)])]),
    );
    await indexer.waitFor(TIP + 2, 5_000);
    const now = await indexer.trace('poet@1', { direction: 'down' });
    const then = await indexer.trace('poet@1', { direction: 'down', asOf: TIP + 1 });
    expect(ids(then)).toEqual(expect.arrayContaining(['alias:poet/production', 'proposal:point-1']));
    expect(ids(now)).toContain('proposal:point-1');
    expect(ids(now)).not.toContain('alias:poet/production');
    expect(await indexer.trace('alias:poet/production', { direction: 'up' })).toMatchObject({
      nodes: [{ data: { version: null } }, { id: 'proposal:point-2', type: 'proposal' }],
      edges: [{ to: 'proposal:point-2', kind: 'decided by' }],
      gaps: [],
    });
  });

  test('a hole in the lineage is named', async () => {
    const indexer = await follow(new BlockList([STORY[0]!, { ...STORY[7]!, number: 1 }]));
    await indexer.waitFor(1, 5_000);
    const { gaps, complete } = await indexer.trace('poet', { direction: 'up' });
    expect(gaps).toEqual(['missing:dataset:sonnets@1', 'missing:job:poet-1']);
    expect(complete).toBe(true);
  });

  test('a record that cannot be read makes answers incomplete from then on', async () => {
    const future = transaction('a:b', [rawWrite(compositeKey('work', ['x']), '{"schema":"work/2"}')]);
    const indexer = await follow(new BlockList([...STORY, block(TIP + 1, [future])]));
    await indexer.waitFor(TIP + 1, 5_000);
    expect((await indexer.trace('poet', { direction: 'up', asOf: TIP })).complete).toBe(true);
    expect((await indexer.trace('poet', { direction: 'up' })).complete).toBe(false);
  });

  test.each(['poet@1', 'poet', 'model:poet', 'model:poet@1'])('%s is the model version', async (id) => {
    const indexer = await told();
    expect((await indexer.trace(id, { direction: 'up' })).root).toBe('model:poet@1');
  });

  test('the latest version is the one with the highest number', async () => {
    const versions = [2, 10].map((version) => putModel('poet', version, MADE_BY, 'candidate'));
    const indexer = await follow(new BlockList([...STORY, block(TIP + 1, [transaction('models:register', versions)])]));
    await indexer.waitFor(TIP + 1, 5_000);
    expect((await indexer.trace('poet', { direction: 'up' })).root).toBe('model:poet@10');
    expect((await indexer.trace('poet', { direction: 'up', asOf: TIP })).root).toBe('model:poet@1');
  });

  test('a name that several things bear is refused with the candidates', async () => {
    const same = block(TIP + 1, [transaction('datasets:seal', [putDatasetVersion('poet', 1, 1)])]);
    const indexer = await follow(new BlockList([...STORY, same]));
    await indexer.waitFor(TIP + 1, 5_000);
    await expect(indexer.trace('poet@1', { direction: 'up' })).rejects.toThrowWithCode('invalid_argument', {
      candidates: ['dataset:poet@1', 'model:poet@1'],
    });
  });

  test('what is unknown is not_found, once the index has caught up; before that not_yet_indexed', async () => {
    const away = new BlockList([]);
    const empty = await follow(away);
    await expect(empty.trace('poet', { direction: 'up' })).rejects.toThrowWithCode('not_yet_indexed');
    const indexer = await told();
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (const id of ['nobody', 'nobody@1', 'artist:GuildMSP:zoe', work('Forgery').sha256, 'a b', '', '@', "';--"]) {
      await expect(indexer.trace(id, { direction: 'down' })).rejects.toThrowWithCode('not_found', { id });
    }
  });

  test('a block beyond the index is not_yet_indexed, and no block at all is refused', async () => {
    const indexer = await told();
    const at = (asOf: number) => indexer.trace('poet', { direction: 'up', asOf });
    await expect(at(TIP + 1)).rejects.toThrowWithCode('not_yet_indexed');
    for (const asOf of [-1, 1.5, Number.NaN]) await expect(at(asOf)).rejects.toThrowWithCode('invalid_argument');
  });
});

test('transactions and batches are found; refused transactions are not', async () => {
  const indexer = await told();
  expect(await indexer.transaction(STORY[10]!.transactions[0]!.id)).toEqual({
    block: 10,
    function: 'inference:acceptBatch',
    creator: 'LabMSP',
    endorsers: ['ArchiveMSP', 'GuildMSP', 'LabMSP'],
    time: STORY[10]!.transactions[0]!.timestamp,
  });
  expect(await indexer.transaction(refused.id)).toBeUndefined();
  expect(await indexer.batchesOf('ComputeMSP', 'poet', 1)).toEqual([{ sequence: 1, state: 'accepted' }]);
  expect(await indexer.batchesOf('LabMSP', 'poet', 1)).toEqual([]);
});

test('works are found by what they look or read like, as soon as they are indexed', async () => {
  const image = (title: string, bits: string) =>
    putWork(work(title, 'ann', { fingerprint: { method: 'phash-64', bits } }));
  const text = (title: string, content: string) => {
    const signature = encodeSignature(textSignature(content)!);
    return putWork(work(title, 'ann', { fingerprint: { method: 'minhash-128', signature } }));
  };
  const verse = 'from fairest creatures we desire increase that thereby beauty’s rose might never die';
  const ledger = new BlockList([
    STORY[0]!,
    block(1, [
      transaction('artworks:register', [image('a', '00000000000000ff'), text('v', verse), putWork(work('plain'))]),
    ]),
  ]);
  const indexer = await follow(ledger);
  await indexer.waitFor(1, 10_000);
  const near = { hamming: 8, jaccard: 0.5 };
  const dark = { method: 'phash-64' as const, bits: '0000000000000000' };
  const method = dark.method;
  expect(await indexer.similar(dark, near)).toMatchObject({
    works: [{ work: sha256Hex('a'), method, distance: 8 }],
    asOf: { block: 1 },
  });
  // A later value of the same work is the same work.
  ledger.add(block(2, [transaction('artworks:setPreference', [image('a', '00000000000000ff')])]));
  ledger.add(block(3, [transaction('artworks:register', [image('b', '8000000000000000')])]));
  await indexer.waitFor(3, 10_000);
  const found = [
    { work: sha256Hex('b'), method, distance: 1 },
    { work: sha256Hex('a'), method, distance: 8 },
  ];
  expect((await indexer.similar(dark, near)).works).toEqual(found);
  expect((await indexer.similar(dark, { ...near, hamming: 7 })).works).toEqual(found.slice(0, 1));
  const signature = encodeSignature(textSignature(`${verse} but as`)!);
  const [read] = (await indexer.similar({ method: 'minhash-128', signature }, near)).works;
  expect(read).toMatchObject({ work: sha256Hex('v'), method: 'minhash-128' });
  expect(read!.distance).toBeGreaterThan(0);
});

test('a dataset of 10,000 works is indexed and traced in a moment', async () => {
  const titles = Array.from({ length: 10_240 }, (_, index) => `work ${index}`);
  const pages = Array.from({ length: 10 }, (_, page) => titles.slice(page * 1_024, (page + 1) * 1_024));
  const works = pages.map((page, at) =>
    block(at + 1, [
      transaction(
        'artworks:register',
        page.map((title) => putWork(work(title))),
      ),
    ]),
  );
  const dataset = [
    ...pages.map((page, at) =>
      block(at + 11, [
        transaction('datasets:addPage', [
          putPage(
            'big',
            1,
            at,
            page.map((title) => item(title)),
          ),
        ]),
      ]),
    ),
    block(21, [transaction('datasets:seal', [putDatasetVersion('big', 1, 10_240)])]),
  ];
  const ledger = new BlockList([STORY[0]!, ...works]);
  const indexer = await follow(ledger);
  await indexer.waitFor(10, 20_000);
  const started = performance.now();
  for (const next of dataset) ledger.add(next);
  await indexer.waitFor(21, 10_000);
  const indexed = performance.now();
  const { nodes, edges } = await indexer.trace('big@1', { direction: 'up' });
  const traced = performance.now();
  expect([nodes.length, edges.length]).toEqual([10_242, 20_480]);
  expect(indexed - started).toBeLessThan(3_000);
  expect(traced - indexed).toBeLessThan(3_000);
  if (process.env['MEASURE']) process.stderr.write(`indexed ${indexed - started} ms, traced ${traced - indexed} ms\n`);
}, 30_000);
