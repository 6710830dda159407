import { compositeKey, encodeSignature, sha256Hex, textSignature } from '@llmchain/protocol';
import {
  block,
  BlockList,
  item,
  putDatasetVersion,
  putPage,
  putWork,
  rawWrite,
  transaction,
  work,
} from '../../test/support/blocks';
import { POET, STORY, TIP, refused, IndexBench } from '../../test/support/index-bench';

let bench: IndexBench;
beforeAll(async () => {
  bench = await IndexBench.start();
});
afterEach(() => bench.quiet());
afterAll(() => bench.stop());

const RECEIPT = sha256Hex('receipt');

describe('following', () => {
  test('stops and goes on between any two blocks, and the tables are the same', async () => {
    const [whole, broken] = [bench.newSchema(), bench.newSchema()];
    await bench.told(whole);
    for (let end = 1; end <= STORY.length; end++) {
      const indexer = await bench.follow(new BlockList(STORY.slice(0, end)), broken);
      await indexer.waitFor(end - 1, 5_000);
      await indexer.stop();
    }
    expect(await bench.contents(broken)).toEqual(await bench.contents(whole));
  });

  test('a block delivered again changes nothing', async () => {
    const schema = bench.newSchema();
    const first = await bench.told(schema);
    await first.stop();
    const before = await bench.contents(schema);
    await bench.pool.query(`UPDATE "${schema}".checkpoint SET block = 0, time = 0`);
    const again = await bench.told(schema);
    expect(again.height()).toEqual(first.height());
    expect(await bench.contents(schema)).toEqual(before);
  });

  test('two processes on one schema write every block once', async () => {
    const [alone, shared] = [bench.newSchema(), bench.newSchema()];
    await bench.told(alone);
    const pair = await Promise.all([bench.told(shared), bench.told(shared)]);
    expect(pair.map((indexer) => indexer.height().block)).toEqual([TIP, TIP]);
    expect(await bench.contents(shared)).toEqual(await bench.contents(alone));
  });

  test('comes back with the next block when the peer went away', async () => {
    const ledger = new BlockList(STORY.slice(0, 4));
    const indexer = await bench.follow(ledger);
    await indexer.waitFor(3, 5_000);
    ledger.cut();
    ledger.add(STORY[4]!);
    await indexer.waitFor(4, 5_000);
    expect(ledger.begun).toEqual([0, 3]);
    expect(indexer.height()).toEqual({ block: 4, time: STORY[4]!.transactions[0]!.timestamp });
  });

  test('a block that cannot be written whole is not written at all, and is taken again', async () => {
    const [schema, smooth] = [bench.newSchema(), bench.newSchema()];
    await bench.told(smooth);
    const ledger = new BlockList(STORY.slice(0, 2));
    const indexer = await bench.follow(ledger, schema);
    await indexer.waitFor(1, 5_000);
    const before = await bench.contents(schema);
    await bench.pool.query(`ALTER TABLE "${schema}".edge ADD CONSTRAINT broken CHECK (kind <> 'licenses') NOT VALID`);
    ledger.add(STORY[2]!);
    await expect(indexer.waitFor(2, 300)).rejects.toThrowWithCode('not_yet_indexed');
    expect(await bench.contents(schema)).toEqual(before);
    await bench.pool.query(`ALTER TABLE "${schema}".edge DROP CONSTRAINT broken`);
    for (const next of STORY.slice(3)) ledger.add(next);
    await indexer.waitFor(TIP, 10_000);
    expect(await bench.contents(schema)).toEqual(await bench.contents(smooth));
  });

  test('outlives the loss of its database connections', async () => {
    const ledger = new BlockList(STORY.slice(0, 2));
    const indexer = await bench.follow(ledger);
    await indexer.waitFor(1, 5_000);
    await bench.postgres
      .pool()
      .query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
    for (const next of STORY.slice(2)) ledger.add(next);
    await indexer.waitFor(TIP, 10_000);
    expect(indexer.height().block).toBe(TIP);
  });

  test('is built anew when the peer holds another ledger, and keeps the receipts', async () => {
    const schema = bench.newSchema();
    const first = await bench.told(schema);
    await first.putReceipts([{ id: RECEIPT, ...POET, worker: 'worker.compute', producer: 'ComputeMSP' }]);
    await first.stop();
    const other = STORY.map((entry) => ({
      ...entry,
      transactions: entry.transactions.map((each) => ({ ...each, id: `other-${each.id}` })),
    }));
    const indexer = await bench.follow(new BlockList(other), schema);
    while ((await indexer.transaction(`other-${STORY[TIP]!.transactions[0]!.id}`)) === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await indexer.transaction(STORY[1]!.transactions[0]!.id)).toBeUndefined();
    expect((await bench.contents(schema))['receipt']).toHaveLength(1);
    expect((await bench.contents(schema))['block']).toHaveLength(STORY.length);
  });

  test('waiting for a block that does not come is not_yet_indexed', async () => {
    const indexer = await bench.told();
    await expect(indexer.waitFor(TIP + 1, 20)).rejects.toThrowWithCode('not_yet_indexed', { indexed: TIP });
  });

  test('odd text from a client does not stop it', async () => {
    const odd = transaction('a\u0000b', [rawWrite(compositeKey('hologram', ['x']), '{"a":"\\u0000\\ud800"}')], {
      id: 'odd\u0000',
      creator: '"\\{}',
      endorsers: ['"', '\\', ',', '{}', ''],
      timestamp: Number.POSITIVE_INFINITY,
    });
    const indexer = await bench.follow(new BlockList([STORY[0]!, block(1, [odd])]));
    await indexer.waitFor(1, 5_000);
    expect(await indexer.transaction('odd\uFFFD')).toMatchObject({
      creator: '"\\{}',
      endorsers: ['"', '\\', ',', '{}', ''],
      time: 0,
    });
  });
});

test('transactions and batches are found; refused transactions are not', async () => {
  const indexer = await bench.told();
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
  const indexer = await bench.follow(ledger);
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
  const indexer = await bench.follow(ledger);
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
