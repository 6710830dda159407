import {
  canonicalJson,
  LlmchainError,
  Opening,
  receiptList,
  SignedReceipt,
  sha256Hex,
  verifyInclusion,
  type SubmitName,
} from '@llmchain/protocol';
import type { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import { Producing } from '../../test/support/gateway-producing';
import { TestPeers } from '../../test/support/gateway-peers';
import { TestPostgres } from '../../test/support/postgres';
import type { TestWorker } from '../../test/support/gateway-workers';
import { AnchorReceipts } from './usecases/anchor-receipts';
import { CollectReceipts } from './usecases/collect-receipts';
import { SilentRivals } from './usecases/silent-rivals';

/** Price of the test worker's answer, micro-credits. */
const COST = 133;

describe('the producer’s side', () => {
  let postgres: TestPostgres;
  let producing: Producing;
  let consortium: GatewayConsortium;
  let archive: TestMember;
  let compute: TestMember;
  let worker: TestWorker;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
  }, 30_000);
  afterAll(() => postgres.stop());
  beforeEach(async () => {
    producing = await Producing.start(postgres);
    ({ consortium, archive, compute } = producing);
    worker = consortium.workers.get('ComputeMSP')!;
  });
  afterEach(() => consortium.stop());

  const answers: Producing['answers'] = (count, credits) => producing.answers(count, credits);

  const submitted = (name: SubmitName): unknown[] => producing.submitted(name);

  const statusOf = (member: TestMember, id: string) => producing.statusOf(member, id);

  test('receipts go from the worker through one batch to acceptance, and both gateways prove it', async () => {
    const { ids, session, key } = await answers(3);
    expect(await statusOf(archive, ids[0]!)).toMatchObject({ state: 'signed', batch: null, proof: null });
    await compute.gateway.produce();
    expect(worker.outbox.size).toBe(0);
    expect(submitted('inference:anchorBatch')).toMatchObject([
      {
        sequence: 1,
        count: 3,
        amount: 3 * COST,
        promptTokens: 9,
        completionTokens: 9,
        sessions: [{ session, amount: 3 * COST }],
      },
    ]);
    expect(await statusOf(archive, ids[1]!)).toMatchObject({ state: 'anchored', batch: 'ComputeMSP/1', endorsers: [] });
    await producing.decides();
    archive.ports.lineage.endorsers = ['GuildMSP', 'LabMSP'];
    compute.ports.lineage.endorsers = ['GuildMSP', 'LabMSP'];
    for (const member of [archive, compute]) {
      for (const id of ids) {
        const status = await statusOf(member, id);
        expect(status).toMatchObject({
          id,
          state: 'accepted',
          producer: 'ComputeMSP',
          worker: worker.signer,
          endorsers: ['GuildMSP', 'LabMSP'],
          refusals: [],
        });
        const { inclusion, root } = status['proof'] as {
          inclusion: Parameters<typeof verifyInclusion>[1];
          root: string;
        };
        expect(verifyInclusion(canonicalJson(SignedReceipt.parse(status['receipt'])), inclusion, root)).toBe(true);
      }
    }
    const other = await archive.key('caller', 'stranger');
    expect((await archive.call(other.key, 'GET', `/v1/receipts/${ids[0]!}`)).status).toBe(404);
    expect((await archive.call(key, 'GET', `/v1/receipts/${ids[0]!}`)).status).toBe(200);
    expect(compute.ports.lineage.receipts.get(ids[0]!)).toMatchObject({ batch: 'ComputeMSP/1', model: 'poet' });
  });

  test('what one batch does not hold goes into the next, and every receipt is proven in its own', async () => {
    const { ids } = await answers(5);
    await compute.gateway.produce().catch(() => undefined);
    const anchored = submitted('inference:anchorBatch').length;
    const more = await answers(5);
    const { ports } = compute;
    await new CollectReceipts({ member: 'ComputeMSP' }, ports).run();
    await new AnchorReceipts(
      { member: 'ComputeMSP', limits: { receipts: 2 } },
      { ...ports, silent: new SilentRivals() },
    ).run();
    const batches = submitted('inference:anchorBatch').slice(anchored) as { count: number }[];
    expect(batches.map(({ count }) => count)).toEqual([2, 2, 1]);
    for (const id of [...ids, ...more.ids])
      expect(await statusOf(compute, id)).toMatchObject({ id, state: 'anchored', proof: { root: expect.any(String) } });
  });

  test('with nothing to anchor nothing is submitted', async () => {
    await compute.gateway.produce();
    await compute.gateway.produce();
    expect(submitted('inference:anchorBatch')).toEqual([]);
  });

  test('of two gateways of one member one anchors at a time', async () => {
    await answers(2);
    const busy = compute.ports.production.exclusively(async () => {
      expect(await compute.ports.production.exclusively(() => Promise.resolve())).toBe(false);
    });
    expect(await busy).toBe(true);
    await Promise.all([compute.gateway.produce(), compute.gateway.produce(), compute.gateway.produce()]);
    await compute.gateway.produce();
    expect(submitted('inference:anchorBatch')).toHaveLength(1);
  });

  describe('a crash', () => {
    const crash = (): never => {
      throw new LlmchainError('unavailable', 'killed');
    };

    test.each([
      ['before the ledger has the batch', 'before' as const],
      ['after the ledger has it, before that is known', 'after' as const],
    ])('%s: the same list is anchored under the same number', async (_what, when) => {
      const { ids } = await answers(2);
      consortium.ledger.faults[when] = (name) => name === 'inference:anchorBatch' && crash();
      if (when === 'before') await expect(compute.gateway.produce()).rejects.toThrowWithCode('unavailable');
      else await compute.gateway.produce();
      consortium.ledger.faults[when] = undefined;
      await answers(1);
      await compute.stop();
      compute = await consortium.gateway('ComputeMSP');
      await compute.gateway.produce();
      const batches = submitted('inference:anchorBatch') as { sequence: number; root: string; count: number }[];
      expect(new Set(batches.filter(({ sequence }) => sequence === 1).map(({ root }) => root)).size).toBe(1);
      expect(batches.at(-1)).toMatchObject({ sequence: 2, count: 1 });
      const { ledgers } = compute.ports;
      const first = await ledgers.service.get('batch', 'ComputeMSP', '0000000001');
      expect(first).toMatchObject({ count: 2, root: batches[0]!.root });
      expect(await statusOf(archive, ids[1]!)).toMatchObject({ state: 'anchored', batch: 'ComputeMSP/1' });
    });

    test('between storing and acknowledging: receipts are taken again and counted once', async () => {
      const { ids } = await answers(2);
      const outbox = new Map(worker.outbox);
      await compute.gateway.produce();
      for (const [id, pending] of outbox) worker.outbox.set(id, pending);
      await compute.gateway.produce();
      expect(submitted('inference:anchorBatch')).toHaveLength(1);
      expect(worker.outbox.size).toBe(0);
      expect(ids).toHaveLength(2);
    });

    test('with an old database: numbers that the ledger has are not taken again', async () => {
      await answers(1);
      await compute.gateway.produce();
      const again = await consortium.gateway('ComputeMSP', 'restored');
      await answers(1);
      await again.gateway.produce();
      const batches = submitted('inference:anchorBatch') as { sequence: number }[];
      expect(batches.map(({ sequence }) => sequence)).toEqual([1, 2]);
    });
  });

  test('a session that cannot pay does not hold up the others', async () => {
    const good = await answers(2);
    const bad = await answers(1);
    // The ledger’s escrow is gone: this gateway’s member overspent the session elsewhere.
    const key = ['session', bad.session].map((part) => `\u0000${part}`).join('') + '\u0000';
    const { state } = consortium.consortium.world;
    state.set(key, Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(state.get(key)!).toString()), escrow: 0 })));
    const anchor = new AnchorReceipts({ member: 'ComputeMSP' }, { ...compute.ports, silent: new SilentRivals() });
    await compute.gateway.produce().catch(() => undefined);
    for (let turn = 0; turn < 10; turn++) await anchor.run().catch(() => undefined);
    expect(await statusOf(compute, good.ids[0]!)).toMatchObject({ state: 'anchored' });
    expect(await statusOf(compute, good.ids[1]!)).toMatchObject({ state: 'anchored' });
    expect(await statusOf(compute, bad.ids[0]!)).toMatchObject({
      state: 'signed',
      refusals: [{ member: 'ComputeMSP', code: 'insufficient_credits' }],
    });
  });

  describe('the peer API', () => {
    const as = (member: string): TestPeers => new TestPeers(member, consortium.peerApis);
    const opening = (member: string, id: string): Promise<Response> =>
      as(member).get('ComputeMSP', `/peer/v1/openings/${id}`);

    test('opens a receipt to those who verify it, once it is anchored, and nobody else', async () => {
      const { ids } = await answers(1);
      await expect(opening('GuildMSP', ids[0]!)).rejects.toThrowWithCode('not_found');
      consortium.ledger.faults.before = (name) => {
        if (name === 'inference:anchorBatch') throw new LlmchainError('unavailable', 'not now');
      };
      await compute.gateway.produce().catch(() => undefined);
      await expect(opening('GuildMSP', ids[0]!)).rejects.toThrowWithCode('wrong_state');
      consortium.ledger.faults.before = undefined;
      await compute.gateway.produce();
      expect(Opening.parse(await (await opening('GuildMSP', ids[0]!)).json())).toMatchObject({
        receipt: ids[0],
        tokens: [0, 1, 2],
      });
      await expect(opening('ComputeMSP', ids[0]!)).rejects.toThrowWithCode('not_authorised');
      const sealed = compute.bucket.objects.get(`openings/${ids[0]!}`)!;
      expect(sealed.toString('latin1')).not.toContain('prompt');
      sealed[20]! ^= 1;
      await expect(opening('GuildMSP', ids[0]!)).rejects.toThrowWithCode('digest_mismatch');
    });

    test('gives receipt lists and registered model files to members, what is its own to nobody', async () => {
      await answers(2);
      await compute.gateway.produce();
      const { receipts } = (await compute.ports.production.batch(1))!.entry;
      const list = await (await as('GuildMSP').get('ComputeMSP', `/peer/v1/content/${receipts.slice(7)}`)).text();
      expect(sha256Hex(list)).toBe(receipts.slice(7));
      expect(list).toBe(receiptList((JSON.parse(list) as unknown[]).map((each) => SignedReceipt.parse(each))));
      const { files } = consortium.model();
      compute.bucket.objects.set(`sha256/${files[0]!.sha256}`, Buffer.from('a'));
      await expect(as('GuildMSP').content('ComputeMSP', files[0]!.sha256)).resolves.toBeDefined();
      const secret = sha256Hex('draft');
      compute.bucket.objects.set(`sha256/${secret}`, Buffer.from('draft'));
      await expect(as('GuildMSP').content('ComputeMSP', secret)).rejects.toThrowWithCode('not_found');
    });

    test('tells where a receipt stands to the member that ordered it only', async () => {
      const { ids } = await answers(1);
      await compute.gateway.produce();
      await expect(as('ArchiveMSP').receipt('ComputeMSP', ids[0]!)).resolves.toMatchObject({ sequence: 1 });
      await expect(as('GuildMSP').receipt('ComputeMSP', ids[0]!)).rejects.toThrowWithCode('not_found');
    });

    test('is closed without a member’s certificate', async () => {
      const response = await fetch(`${consortium.peerApis.get('ComputeMSP')!}/peer/v1/content/${sha256Hex('x')}`);
      expect(response.status).toBe(401);
    });
  });
});
