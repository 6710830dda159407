import { setTimeout as delay } from 'node:timers/promises';
import { LlmchainError, type SubmitName } from '@llmchain/protocol';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import type { TestWorker } from '../../test/support/gateway-workers';
import { Producing } from '../../test/support/gateway-producing';
import { identity } from '../../test/support/identities';
import { streamed } from '../../test/support/streamed';
import { TestPostgres } from '../../test/support/postgres';

/** Price of the test worker's answer, micro-credits. */
const COST = 133;
const CREDITS = 1_000_000;

describe('a version is revoked', () => {
  let postgres: TestPostgres;
  let producing: Producing;
  let consortium: GatewayConsortium;
  let archive: TestMember;
  let compute: TestMember;
  let worker: TestWorker;
  let reader: { key: string; session: string };

  beforeAll(async () => {
    postgres = await TestPostgres.start();
  }, 30_000);
  afterAll(() => postgres.stop());
  beforeEach(async () => {
    producing = await Producing.start(postgres);
    ({ consortium, archive, compute } = producing);
    worker = consortium.workers.get('ComputeMSP')!;
    reader = await caller();
  });
  afterEach(() => producing.stop());

  async function caller(): Promise<{ key: string; session: string }> {
    const { key, actor } = await archive.key('caller', 'reader', CREDITS);
    return { key, session: actor.session! };
  }

  /** @returns the receipt's id */
  async function answer(of = reader): Promise<string> {
    const order = { model: 'poet', prompt: 'a', max_tokens: 3 };
    const { status, headers } = await archive.call(of.key, 'POST', '/v1/completions', order);
    expect(status).toBe(200);
    return headers.get('x-llmchain-receipt')!;
  }

  async function revoke(): Promise<void> {
    await consortium.consortium.decide('the-end', { kind: 'revoke', model: 'poet', version: 1, reason: 'it lies' });
    for (const watch of consortium.ledger.watchers) watch();
  }

  const anchors = (): unknown[] =>
    consortium.ledger.submitted.filter(({ name }: { name: SubmitName }) => name === 'inference:anchorBatch');
  const statusOf = async (member: TestMember, id: string): Promise<Record<string, unknown>> =>
    (await member.call((await member.key('auditor', 'eve')).key, 'GET', `/v1/receipts/${id}`)).body;
  async function close(session: string) {
    const { key } = await archive.key('admin', 'admin');
    return archive.call(key, 'POST', `/v1/sessions/${session}/close`, {});
  }
  const REVOKED = [{ member: 'ComputeMSP', code: 'wrong_state', reason: 'revoked' }];

  test('what was anchored before is paid; the rest is given back with the reason, and the session closes', async () => {
    const paid = [await answer(), await answer()];
    await compute.gateway.produce();
    const late = await answer();
    await revoke();
    await compute.gateway.produce();
    expect(anchors()).toHaveLength(2);
    await compute.gateway.produce();
    expect(anchors()).toHaveLength(2);
    await archive.gateway.reconcile();
    expect(await archive.session(reader.session)).toEqual({ escrow: CREDITS, spent: 2 * COST, reserved: 0 });
    expect(await statusOf(archive, late)).toMatchObject({ state: 'released', batch: null, refusals: REVOKED });
    expect(await statusOf(compute, late)).toMatchObject({ state: 'signed', refusals: REVOKED });
    for (const id of paid) expect(await statusOf(archive, id)).toMatchObject({ state: 'anchored' });
    await producing.decides();
    for (const id of paid) expect(await statusOf(archive, id)).toMatchObject({ state: 'accepted' });
    const closed = await close(reader.session);
    expect([closed.status, closed.body['state'], closed.body['escrow']]).toEqual([200, 'closed', 2 * COST]);
  });

  test('a session closes at once, though nobody had given back what it was charged', async () => {
    await answer();
    await revoke();
    const began = Date.now();
    expect((await close(reader.session)).body).toMatchObject({ state: 'closed', escrow: 0 });
    expect(Date.now() - began).toBeLessThan(3_000);
  });

  test('a batch of many sessions is given up whole, and does not hold up other versions', async () => {
    for (let sessions = 0; sessions < 5; sessions++) await answer(await caller());
    consortium.puts({ version: 2 });
    await revoke();
    worker.loaded = [{ model: 'poet', version: 2 }];
    await delay(2_050);
    const other = await answer();
    await compute.gateway.produce();
    expect(await statusOf(compute, other)).toMatchObject({ state: 'anchored', version: 2 });
    expect(await compute.ports.production.batches('anchoring')).toEqual([]);
  });

  test('a producer that anchored and does not say so is not cheated, and one that is gone is not needed', async () => {
    const [first, second] = [await answer(), await answer(await caller())];
    consortium.ledger.faults.after = (name) => {
      if (name === 'inference:anchorBatch') throw new LlmchainError('commit_unknown', 'lost');
    };
    consortium.ledger.faults.before = (name) => {
      if (name === 'inference:anchorBatch' && anchors().length > 1) throw new LlmchainError('unavailable', 'gone');
    };
    await compute.gateway.produce().catch(() => undefined);
    const third = await answer();
    await revoke();
    consortium.peerApis.delete('ComputeMSP');
    await archive.gateway.reconcile();
    await archive.gateway.reconcile();
    expect(await archive.session(reader.session)).toMatchObject({ spent: COST });
    for (const id of [first, second]) expect((await statusOf(archive, id))['state']).toBe('signed');
    expect(third).toBeDefined();
    expect((await close(reader.session)).body).toMatchObject({ state: 'closed', escrow: COST });
  });

  test('and a batch of its is rejected: each micro-credit comes back once', async () => {
    await answer();
    await compute.gateway.produce();
    await answer();
    await revoke();
    for (const member of ['GuildMSP', 'LabMSP']) consortium.ledger.opinions.set(member, 'reject');
    await producing.decides();
    await producing.decides();
    for (let turn = 0; turn < 2; turn++) {
      await archive.gateway.reconcile();
      await producing.watches(archive);
    }
    expect(await archive.session(reader.session)).toEqual({ escrow: CREDITS, spent: 0, reserved: 0 });
    // What the producer writes into a batch it was not owed is not given back either.
    await archive.ports.sessions.refund({ producer: 'ComputeMSP', sequence: 9, session: reader.session, amount: COST });
    expect(await archive.session(reader.session)).toEqual({ escrow: CREDITS, spent: 0, reserved: 0 });
    expect((await close(reader.session)).body).toMatchObject({ state: 'closed', escrow: 0 });
  });

  describe('in mid-answer', () => {
    beforeEach(() => Object.assign(worker, { pieces: Array.from({ length: 40 }, () => 'verse '), pace: 50 }));
    const order = { model: 'poet', prompt: 'Shall', max_tokens: 40, stream: true };

    test('the answer ends within a step, is not charged, and the session closes', async () => {
      const began = Date.now();
      const { events, receipt } = await streamed(archive, reader.key, order, revoke);
      expect(Date.now() - began).toBeLessThan(1_500);
      expect(events.length).toBeLessThan(10);
      expect(events.at(-1)).toMatchObject({
        error: { code: 'wrong_state' },
        details: { model: 'poet', version: 1, state: 'revoked', receipt },
      });
      await delay(200);
      await compute.gateway.produce();
      await archive.gateway.reconcile();
      await archive.gateway.reconcile();
      expect(await archive.session(reader.session)).toEqual({ escrow: CREDITS, spent: 0, reserved: 0 });
      expect(await statusOf(archive, receipt)).toMatchObject({ state: 'released', refusals: REVOKED });
      expect((await close(reader.session)).body).toMatchObject({ state: 'closed', escrow: 0 });
    });

    test('by word of the worker, where the gateway has not heard: no other worker is asked', async () => {
      const lab = consortium.workers.get('LabMSP')!;
      lab.loaded = [{ model: 'poet', version: 1 }];
      worker.preference = 100;
      await delay(2_050);
      const ended = new LlmchainError('wrong_state', 'poet@1 was revoked.', { state: 'revoked' });
      worker.fails = { after: 2, with: ended };
      const { events } = await streamed(archive, reader.key, order, () => Promise.resolve());
      expect(events.at(-1)).toMatchObject({ error: { code: 'wrong_state' }, details: { state: 'revoked' } });
      expect(lab.asked).toEqual([]);
    });

    test('where only access is withdrawn, the answer is given to its end, paid and anchored; the next is refused', async () => {
      worker.pieces.length = 10;
      const trainer = await identity('LabMSP', { role: 'trainer' });
      const policy = { callers: 'members' as const, members: ['GuildMSP'] };
      const withdraw = async (): Promise<void> => {
        const request = { operationId: 'withdrawn', model: 'poet', version: 1, policy };
        await consortium.ledger.world.submit('models:setAccess', request, { as: trainer });
      };
      const { events, receipt } = await streamed(archive, reader.key, order, withdraw);
      expect(events.at(-1)).toMatchObject({ llmchain: { receipt: { body: { stop: 'stop', completionTokens: 10 } } } });
      expect(await archive.session(reader.session)).toMatchObject({ spent: 203, reserved: 0 });
      await compute.gateway.produce();
      await producing.decides();
      expect(await statusOf(archive, receipt)).toMatchObject({ state: 'accepted' });
      await delay(2_050);
      const next = await archive.call(reader.key, 'POST', '/v1/completions', { model: 'poet', prompt: 'a' });
      expect([next.status, next.body['code']]).toEqual([403, 'not_authorised']);
    });
  });
});
