import { compositeKey, sha256Hex } from '@llmchain/protocol';
import {
  block,
  BlockList,
  putDatasetVersion,
  putModel,
  put,
  rawWrite,
  transaction,
  work,
} from '../../../test/support/blocks';
import { FOREIGN } from '../../../test/support/external';
import { MADE_BY, POET, STORY, TIP, sonnet18, sonnet19, unused, IndexBench } from '../../../test/support/index-bench';

let bench: IndexBench;
beforeAll(async () => {
  bench = await IndexBench.start();
});
afterEach(() => bench.quiet());
afterAll(() => bench.stop());

const RECEIPT = sha256Hex('receipt');
const STAMPS = { createdTx: 'first', updatedTx: 'last' };
const ids = (answer: { nodes: { id: string }[] }): string[] => answer.nodes.map((node) => node.id);

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
    const indexer = await bench.told();
    const receipt = { id: RECEIPT, ...POET, worker: 'worker.compute', producer: 'ComputeMSP' };
    await indexer.putReceipts([receipt]);
    const early = await indexer.trace(RECEIPT, { direction: 'up' });
    expect(early.gaps).toEqual(['not_anchored']);
    expect(ids(early)).toEqual([...UP, 'signer:worker.compute', RECEIPT].sort());

    await indexer.putReceipts([{ ...receipt, batch: 'ComputeMSP/1' }]);
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
    const indexer = await bench.told();
    await indexer.putReceipts([{ id: RECEIPT, batch: 'ComputeMSP/1', ...POET, worker: 'w', producer: 'ComputeMSP' }]);
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
    const indexer = await bench.told();
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
    const indexer = await bench.follow(
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

  test('a version leads to those that it was made from and to their works; what is from outside is named a gap', async () => {
    const made = (by: 'fine_tuning' | 'quantisation', parent: string) => ({
      parent: { model: parent, version: 1, by },
    });
    const external = { class: 'external' as const };
    const ledger = new BlockList(STORY);
    const indexer = await bench.follow(ledger);
    ledger.add(
      block(TIP + 1, [
        transaction('models:register', [
          putModel('elegist', 1, MADE_BY, 'approved', made('fine_tuning', 'poet')),
          putModel('small', 1, MADE_BY, 'approved', made('quantisation', 'elegist')),
          putModel('foreign', 1, { external: FOREIGN }, 'approved'),
          putModel('rounded', 1, { external: FOREIGN }, 'approved', made('quantisation', 'foreign')),
          putModel('tuned', 1, MADE_BY, 'approved', { ...made('fine_tuning', 'foreign'), ...external }),
        ]),
      ]),
    );
    await indexer.waitFor(TIP + 1, 5_000);
    const up = await indexer.trace('small@1', { direction: 'up' });
    expect(up.edges).toEqual(
      expect.arrayContaining([
        { from: 'model:small@1', to: 'model:elegist@1', kind: 'quantised from' },
        { from: 'model:elegist@1', to: 'model:poet@1', kind: 'fine-tuned from' },
      ]),
    );
    expect(up.gaps).toEqual([]);
    expect(ids(await indexer.trace(sonnet18.sha256, { direction: 'down' }))).toContain('model:small@1');
    for (const name of ['foreign@1', 'rounded@1', 'tuned@1'])
      expect((await indexer.trace(name, { direction: 'up' })).gaps).toEqual(['external_base']);
    const rounded = await indexer.trace('rounded@1', { direction: 'up' });
    expect(rounded.edges).toEqual([{ from: 'model:rounded@1', to: 'model:foreign@1', kind: 'quantised from' }]);
  });

  test('a hole in the lineage is named', async () => {
    const indexer = await bench.follow(new BlockList([STORY[0]!, { ...STORY[7]!, number: 1 }]));
    await indexer.waitFor(1, 5_000);
    const { gaps, complete } = await indexer.trace('poet', { direction: 'up' });
    expect(gaps).toEqual(['missing:dataset:sonnets@1', 'missing:job:poet-1']);
    expect(complete).toBe(true);
  });

  test('a record that cannot be read makes answers incomplete from then on', async () => {
    const future = transaction('a:b', [rawWrite(compositeKey('work', ['x']), '{"schema":"work/2"}')]);
    const indexer = await bench.follow(new BlockList([...STORY, block(TIP + 1, [future])]));
    await indexer.waitFor(TIP + 1, 5_000);
    expect((await indexer.trace('poet', { direction: 'up', asOf: TIP })).complete).toBe(true);
    expect((await indexer.trace('poet', { direction: 'up' })).complete).toBe(false);
  });

  test.each(['poet@1', 'poet', 'model:poet', 'model:poet@1'])('%s is the model version', async (id) => {
    const indexer = await bench.told();
    expect((await indexer.trace(id, { direction: 'up' })).root).toBe('model:poet@1');
  });

  test('the latest version is the one with the highest number', async () => {
    const versions = [2, 10].map((version) => putModel('poet', version, MADE_BY, 'candidate'));
    const indexer = await bench.follow(
      new BlockList([...STORY, block(TIP + 1, [transaction('models:register', versions)])]),
    );
    await indexer.waitFor(TIP + 1, 5_000);
    expect((await indexer.trace('poet', { direction: 'up' })).root).toBe('model:poet@10');
    expect((await indexer.trace('poet', { direction: 'up', asOf: TIP })).root).toBe('model:poet@1');
  });

  test('a name that several things bear is refused with the candidates', async () => {
    const same = block(TIP + 1, [transaction('datasets:seal', [putDatasetVersion('poet', 1, 1)])]);
    const indexer = await bench.follow(new BlockList([...STORY, same]));
    await indexer.waitFor(TIP + 1, 5_000);
    await expect(indexer.trace('poet@1', { direction: 'up' })).rejects.toThrowWithCode('invalid_argument', {
      candidates: ['dataset:poet@1', 'model:poet@1'],
    });
  });

  test('what is unknown is not_found, once the index has caught up; before that not_yet_indexed', async () => {
    const away = new BlockList([]);
    const empty = await bench.follow(away);
    await expect(empty.trace('poet', { direction: 'up' })).rejects.toThrowWithCode('not_yet_indexed');
    const indexer = await bench.told();
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (const id of ['nobody', 'nobody@1', 'artist:GuildMSP:zoe', work('Forgery').sha256, 'a b', '', '@', "';--"]) {
      await expect(indexer.trace(id, { direction: 'down' })).rejects.toThrowWithCode('not_found', { id });
    }
  });

  test('a block beyond the index is not_yet_indexed, and no block at all is refused', async () => {
    const indexer = await bench.told();
    const at = (asOf: number) => indexer.trace('poet', { direction: 'up', asOf });
    await expect(at(TIP + 1)).rejects.toThrowWithCode('not_yet_indexed');
    for (const asOf of [-1, 1.5, Number.NaN]) await expect(at(asOf)).rejects.toThrowWithCode('invalid_argument');
  });
});
