// First, for it loads the chaincode's shim: generated protobuf classes share one global namespace, and the shim's are older.
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import { EvidenceBundle, MOST_ITEMS, verifyEvidence } from '@llmchain/evidence';
import {
  canonicalJson,
  compositeKey,
  merkleRoot,
  ordinal,
  PAGE_ITEMS,
  proveInclusion,
  publicKeyOf,
  receiptId,
  receiptLeaves,
  sha256Bytes,
  sha256Hex,
  splitCompositeKey,
  toHex,
  type Fault,
  type RecordType,
} from '@llmchain/protocol';
import { EvidenceChain } from '../../test/support/evidence-chain';
import { batchOf, moneyOf, signer } from '../../test/support/evidence-receipt';
import { EvidenceWorld } from '../../test/support/evidence-world';
import type { TestMember } from '../../test/support/gateway-member';
import { TestPostgres } from '../../test/support/postgres';
import { GATEWAY_KEY, receiptOf, WORKER_KEY } from '../../test/support/receipts';
import { SINGLES } from './routes/singles';

// Every bundle is verified twice, which takes a while on a busy machine.
jest.setTimeout(60_000);

describe('evidence over HTTP', () => {
  let postgres: TestPostgres;
  let consortium: GatewayConsortium;
  let world: EvidenceWorld;
  let chain: EvidenceChain;
  let guild: TestMember;
  let admin: string;

  beforeAll(async () => {
    [postgres, world] = await Promise.all([TestPostgres.start(), EvidenceWorld.create(Date.now())]);
    consortium = await GatewayConsortium.start(postgres);
    chain = new EvidenceChain(world, consortium.ledger.world.state);
    consortium.evidence = { chain: chain.asPort(), roots: world.roots };
    guild = await consortium.gateway('GuildMSP');
    admin = (await guild.key('admin', 'chair')).key;
    await consortium.ledger.world.submit(
      'members:registerSigner',
      { operationId: 'a-signer-more', signer: 'more', kind: 'worker', publicKey: publicKeyOf(sha256Bytes('key')) },
      { as: consortium.consortium.people.archive },
    );
  });
  beforeEach(() => {
    chain.faults = {};
  });
  afterAll(async () => {
    await consortium.stop();
    await postgres.stop();
  });

  async function evidence(path: string): Promise<{ status: number; text: string; code?: unknown; details?: unknown }> {
    const response = await fetch(`${guild.url}${path}`, { headers: { authorization: `Bearer ${admin}` } });
    const text = await response.text();
    const { code, details } = JSON.parse(text) as Record<string, unknown>;
    return { status: response.status, text, code, details };
  }
  const proven = async (path: string): Promise<string | undefined> => {
    const { status, text } = await evidence(path);
    expect({ path, status, text: status === 200 ? '' : text }).toEqual({ path, status: 200, text: '' });
    EvidenceBundle.parse(JSON.parse(text));
    return verifyEvidence(text, world.roots).proves;
  };

  /** Where a record of the state is found, by its key. */
  function pathOf(key: string): string | undefined {
    const { type, parts } = splitCompositeKey(key)!;
    const single = SINGLES.find((each) => each.type === type);
    const names = Object.entries(single?.params.shape ?? {});
    return single?.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const part = parts[names.findIndex(([each]) => each === name)]!;
      return encodeURIComponent(/^\d{10}$/.test(part) ? String(Number(part)) : part);
    });
  }

  test('every record that can be asked for by its key has evidence beside it', async () => {
    const seen = new Set<string>();
    for (const key of consortium.ledger.world.state.keys()) {
      const path = pathOf(key);
      if (path === undefined) continue;
      const record = await guild.call(admin, 'GET', path);
      expect({ path, status: record.status }).toEqual({ path, status: 200 });
      const { type, parts } = splitCompositeKey(key)!;
      const name = type === 'dataset-version' ? 'verses@1 holds' : `${type} ${parts.join('/')}`.trim();
      expect(await proven(`${path}/evidence`)).toContain(name);
      seen.add(type);
    }
    expect([...seen].sort()).toEqual(
      expect.arrayContaining(['consortium', 'dataset', 'dataset-page', 'dataset-version', 'job', 'model', 'work']),
    );
    expect(await proven('/v1/accounts/member%3ALabMSP/evidence')).toContain('balance member:LabMSP');
    expect(await proven('/v1/models/poet@1/evidence')).toContain('model poet/0000000001');
    expect(await proven('/v1/datasets/verses@1/evidence')).toBe('verses@1 holds just these 1 items');
  });

  test('a version proves what it holds and what it does not', async () => {
    const [item] = (await guild.call(admin, 'GET', '/v1/datasets/verses/versions/1/items')).body['items'] as [
      { digest: string; work: string },
    ];
    const path = '/v1/datasets/verses/versions/1/evidence';
    const holds = `verses@1 holds item ${item.digest}, of work ${item.work}`;
    expect(await proven(`${path}?item=${item.digest}`)).toBe(holds);
    expect(await proven(`${path}?work=${item.work}`)).toBe(holds);
    expect(await proven(`/v1/datasets/verses@1/evidence?item=${item.digest}`)).toBe(holds);
    const [none, last] = ['0'.repeat(64), 'f'.repeat(64)];
    for (const digest of [none, last])
      expect(await proven(`${path}?item=${digest}`)).toBe(`verses@1 does not hold an item ${digest}`);
    expect(await proven(`${path}?work=${none}`)).toBe(
      `verses@1 holds just these 1 items, and none of them is of work ${none}`,
    );
  });

  test.each([
    ['?item=x', 'invalid_argument'],
    [`?item=${'A'.repeat(64)}`, 'invalid_argument'],
    [`?item=${'0'.repeat(64)}&work=${'0'.repeat(64)}`, 'invalid_argument'],
    ['?page=0', 'invalid_argument'],
  ])('a bad question %s is refused', async (query, code) => {
    expect(await evidence(`/v1/datasets/verses/versions/1/evidence${query}`)).toMatchObject({ status: 400, code });
  });

  test.each([
    ['/v1/datasets/verses/versions/2/evidence', 404, 'not_found'],
    [`/v1/datasets/verses/versions/2/evidence?item=${'0'.repeat(64)}`, 404, 'not_found'],
    ['/v1/datasets/nothing/evidence', 404, 'not_found'],
    ['/v1/datasets/Nothing/evidence', 400, 'invalid_argument'],
    [`/v1/datasets/verses/evidence?item=${'0'.repeat(64)}`, 400, 'invalid_argument'],
    ['/v1/batches/LabMSP/1/settlement/evidence', 404, 'not_found'],
    ['/v1/batches/LabMSP/1/debits/s/evidence', 404, 'not_found'],
    ['/v1/batches/LabMSP/x/evidence', 400, 'invalid_argument'],
    [`/v1/faults/LabMSP/1/${'0'.repeat(64)}/evidence`, 404, 'not_found'],
    ['/v1/faults/LabMSP/1/x/evidence', 400, 'invalid_argument'],
    [`/v1/faults/LabMSP/0/${'0'.repeat(64)}/evidence`, 400, 'invalid_argument'],
    ['/v1/models/poet/evidence', 400, 'invalid_argument'],
    ['/v1/epochs/no%2Fsuch%2Fthing/evidence', 400, 'invalid_argument'],
  ])('%s is answered %i %s', async (path, status, code) => {
    expect(await evidence(path)).toMatchObject({ status, code });
  });

  test('a version of several pages proves its items, one whole version at a time', async () => {
    const { state } = consortium.ledger.world;
    const put = (type: RecordType, parts: string[], record: object): void => {
      state.set(compositeKey(type, parts), Buffer.from(canonicalJson({ ...record, ...stamps })));
    };
    const stamps = { owner: { member: 'ArchiveMSP' }, createdTx: 'tx', updatedTx: 'tx' };
    const of = { dataset: 'large', version: 1 };
    const items = Array.from({ length: PAGE_ITEMS + 9 }, (_, index) => sha256Hex(`item ${index}`))
      .sort()
      .map((digest) => ({ digest, work: sha256Hex(digest), spdx: 'CC0-1.0', bytes: 1, tokens: 1 }));
    const pages = [items.slice(0, PAGE_ITEMS), items.slice(PAGE_ITEMS)];
    const rootOf = (leaves: object[]): string => toHex(merkleRoot(leaves.map((item) => canonicalJson(item))));
    for (const [index, page] of pages.entries()) {
      const consent = { epochs: {}, until: null };
      const record = { schema: 'dataset-page/1', ...of, index, root: rootOf(page), items: page, consent };
      put('dataset-page', ['large', ordinal(1), ordinal(index)], record);
    }
    const sums = { pages: 2, items: items.length, tokens: items.length, bytes: items.length };
    put('dataset-version', ['large', ordinal(1)], { schema: 'dataset-version/1', ...of, root: rootOf(items), ...sums });
    put('dataset-version', ['large', ordinal(2)], {
      ...{ schema: 'dataset-version/1', ...of, version: 2, root: rootOf(items), ...sums },
      items: MOST_ITEMS + 1,
    });

    const path = '/v1/datasets/large/versions/1/evidence';
    for (const index of [0, PAGE_ITEMS - 1, PAGE_ITEMS, PAGE_ITEMS + 8]) {
      const { digest, work } = items[index]!;
      expect(await proven(`${path}?item=${digest}`)).toBe(`large@1 holds item ${digest}, of work ${work}`);
    }
    const last = items.at(-1)!;
    expect(await proven(`${path}?work=${last.work}`)).toBe(`large@1 holds item ${last.digest}, of work ${last.work}`);
    const between = items[PAGE_ITEMS - 1]!.digest.replace(/.$/, (digit) => (digit === 'f' ? 'e' : 'f'));
    expect(await proven(`${path}?item=${between}`)).toBe(`large@1 does not hold an item ${between}`);
    let answer = (): void => undefined;
    chain.faults = { silent: new Promise((resolve) => (answer = resolve)) };
    const both = [evidence(path), evidence(path)];
    // The one that came second is turned away while the members have not answered the first.
    expect(await Promise.race(both)).toMatchObject({ status: 429, code: 'overloaded' });
    answer();
    expect((await Promise.all(both)).map(({ status }) => status).sort()).toEqual([200, 429]);
    expect(await proven(path)).toBe(`large@1 holds just these ${items.length} items`);
    const larger = await evidence('/v1/datasets/large/versions/2/evidence');
    expect(larger).toMatchObject({ status: 413, code: 'too_large', details: { most: MOST_ITEMS } });
  });

  test('a fault proves the receipt that it is about, as far as keys are registered', async () => {
    const { state } = consortium.ledger.world;
    const receipts = ['a', 'b'].map((seed) => receiptOf(seed));
    const [producer, sequence, session] = ['ComputeMSP', 1, 'ses-1'];
    const amount = { amount: 200, sessions: [{ session, amount: 200 }] };
    const batch = batchOf(receipts, { ...amount, state: 'rejected', verifiers: [] });
    const id = receiptId(receipts[1]!.body);
    const fault: Fault = {
      ...{ schema: 'fault/1', producer, sequence, batch: batch.batch, root: batch.root, decided: 'rejected' },
      ...{ id, receipt: receipts[1]!, proof: proveInclusion(receiptLeaves(receipts), 1), reason: 'output_mismatch' },
      ...{ evidence: `sha256/${sha256Hex('kept')}`, finders: ['ArchiveMSP', 'GuildMSP', 'LabMSP'], session },
      ...{ worker: 'compute-worker-1', refund: 0, slashed: 0, owner: { member: 'LabMSP' } },
      ...{ createdTx: 'fault', updatedTx: 'fault' },
    };
    const put = (type: RecordType, parts: string[], record: object): void => {
      state.set(compositeKey(type, parts), Buffer.from(canonicalJson(record)));
    };
    put('batch', [producer, ordinal(sequence)], batch);
    for (const [key, text] of Object.entries(moneyOf(batch))) state.set(key, Buffer.from(text));
    put('fault', [producer, ordinal(sequence), id], fault);
    put('signer', ['compute-worker-1'], signer('compute-worker-1', 'worker', WORKER_KEY, producer));

    const path = `/v1/faults/${producer}/${sequence}/${id}`;
    expect((await guild.call(admin, 'GET', path)).body).toMatchObject({ id, worker: 'compute-worker-1' });
    // Nobody has registered the gateway that is said to have ordered it: what it signed is not proven.
    expect(await evidence(`${path}/evidence`)).toMatchObject({ status: 422, details: { step: 'ticket key' } });
    put('signer', ['archive-gateway-1'], signer('archive-gateway-1', 'gateway', GATEWAY_KEY, 'ArchiveMSP'));
    expect(await proven(`${path}/evidence`)).toMatch(
      `receipt ${id} of the rejected batch ComputeMSP/1 was found false (output_mismatch) by ArchiveMSP, GuildMSP, LabMSP`,
    );
    put('fault', [producer, ordinal(sequence), id], { ...fault, slashed: 5 });
    expect(await evidence(`${path}/evidence`)).toMatchObject({ status: 422, details: { step: 'penalty' } });
  });

  test('what would not verify is not handed out', async () => {
    // Asked for anew each time: a record's block is made once.
    const rename = (title: string): void => {
      const key = compositeKey('dataset', ['verses']);
      const { state } = consortium.ledger.world;
      const record = JSON.parse(Buffer.from(state.get(key)!).toString()) as object;
      state.set(key, Buffer.from(canonicalJson({ ...record, title })));
    };
    rename('few endorsers');
    chain.faults = { transaction: { endorsers: world.peers('GuildMSP', 'LabMSP') } };
    expect(await evidence('/v1/datasets/verses/evidence')).toMatchObject({
      status: 422,
      code: 'not_verified',
      details: { step: 'endorsers' },
    });
    rename('few orderers');
    chain.faults = { signedBy: ['GuildMSP'] };
    expect(await evidence('/v1/datasets/verses/evidence')).toMatchObject({ details: { step: 'block' } });
    rename('another value');
    chain.faults = { transaction: { writes: { [compositeKey('dataset', ['verses'])]: '{}' } } };
    expect(await evidence('/v1/datasets/verses/evidence')).toMatchObject({ details: { step: 'record' } });
    chain.faults = { read: { endorsers: world.peers('GuildMSP') } };
    expect(await evidence('/v1/datasets/verses/evidence')).toMatchObject({ status: 503, code: 'unavailable' });
  });

  test('a gateway with roots of another consortium hands nothing out', async () => {
    const { roots } = await EvidenceWorld.create(Date.now());
    consortium.evidence = { chain: chain.asPort(), roots };
    const other = await consortium.gateway('GuildMSP', 'elsewhere');
    const { key } = await other.key('admin', 'chair');
    const { status, body } = await other.call(key, 'GET', '/v1/datasets/verses/versions/1/evidence');
    expect({ status, ...body }).toMatchObject({ status: 422, code: 'not_verified', details: { step: 'genesis' } });
  });

  test('pages that do not give the version’s root are not proven from', async () => {
    const { state } = consortium.ledger.world;
    const key = compositeKey('dataset-page', ['verses', ordinal(1), ordinal(0)]);
    const before = state.get(key)!;
    const page = JSON.parse(Buffer.from(before).toString()) as { items: object[] };
    state.set(key, Buffer.from(canonicalJson({ ...page, items: page.items.map((item) => ({ ...item, tokens: 7 })) })));
    consortium.evidence = { chain: chain.asPort(), roots: world.roots };
    const fresh = await consortium.gateway('GuildMSP', 'fresh');
    const { key: keyOfFresh } = await fresh.key('admin', 'chair');
    const path = `/v1/datasets/verses/versions/1/evidence?item=${'0'.repeat(64)}`;
    expect((await fresh.call(keyOfFresh, 'GET', path)).body).toMatchObject({ code: 'digest_mismatch' });
    state.set(key, before);
    expect((await fresh.call(keyOfFresh, 'GET', path)).status).toBe(200);
  });
});
