import { setTimeout as delay } from 'node:timers/promises';
import { Books } from '../../test/support/books';
import type { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import { Producing } from '../../test/support/gateway-producing';
import type { TestWorker } from '../../test/support/gateway-workers';
import { TestPostgres } from '../../test/support/postgres';
import { streamed } from '../../test/support/streamed';

describe('an answer whose session ends midway', () => {
  let postgres: TestPostgres;
  let producing: Producing;
  let consortium: GatewayConsortium;
  let archive: TestMember;
  let compute: TestMember;
  let worker: TestWorker;
  let admin: string;
  let total: number | undefined;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    producing = await Producing.start(postgres);
    ({ consortium, archive, compute } = producing);
    worker = consortium.workers.get('ComputeMSP')!;
    admin = (await archive.key('admin', 'admin')).key;
  }, 30_000);
  beforeEach(() => {
    Object.assign(worker, { pieces: Array.from({ length: 20 }, () => 'verse '), pace: 20, breaksAfter: undefined });
  });
  afterAll(async () => {
    await producing.stop();
    await postgres.stop();
  });

  const order = { model: 'poet', prompt: 'a', max_tokens: 20 };
  /** 100 for the request, 3 prompt tokens at 1, 20 tokens at 10. */
  const COST = 303;
  const close = (session: string, body: object = {}) =>
    archive.call(admin, 'POST', `/v1/sessions/${session}/close`, body);
  async function caller(credits: number): Promise<{ key: string; session: string }> {
    const { key, actor } = await archive.key('caller', 'reader', credits);
    return { key, session: actor.session! };
  }
  /** All that the member has, and that all micro-credits are where they were. */
  const treasury = (): number => {
    const books = new Books(consortium.ledger.world);
    total ??= books.total;
    expect(books.total).toBe(total);
    const own = ({ record: { account } }: { record: { account: string } }): boolean => account === 'member:ArchiveMSP';
    const all = [...books.all('balance').filter(own), ...books.all('delta').filter(own)];
    return all.reduce((sum, { record: { amount } }) => sum + amount, 0);
  };

  test('closed: the answer is given to its end and paid, the close waits for it, and the rest comes back once', async () => {
    const before = treasury();
    const { key, session } = await caller(10_000);
    let first: ReturnType<typeof close> | undefined;
    const { events } = await streamed(archive, key, order, () => {
      first = close(session);
      return delay(50);
    });
    expect(events.at(-1)).toMatchObject({ llmchain: { receipt: { body: { completionTokens: 20, amount: COST } } } });
    const next = await archive.call(key, 'POST', '/v1/completions', order);
    expect([next.status, next.body['code']]).toEqual([402, 'insufficient_credits']);
    const early = await first!;
    expect([early.status, early.body['code'], early.body['details']]).toEqual([
      409,
      'wrong_state',
      { session, outstanding: COST },
    ]);
    await compute.gateway.produce();
    expect((await close(session)).body).toMatchObject({ state: 'closed', escrow: COST, reserved: COST });
    expect(treasury()).toBe(before - COST);
    expect((await close(session)).status).toBe(409);
    for (const member of ['GuildMSP', 'LabMSP']) consortium.ledger.opinions.set(member, 'reject');
    await producing.decides();
    for (let turn = 0; turn < 2; turn++) await producing.watches(archive);
    consortium.ledger.opinions.clear();
    expect(treasury()).toBe(before);
    expect(await archive.session(session)).toMatchObject({ spent: 0, reserved: 0 });
  }, 20_000);

  test('abandoned: the answer is given to its end, its producer earns nothing, and every micro-credit comes back', async () => {
    const before = treasury();
    const { key, session } = await caller(10_000);
    const { events } = await streamed(archive, key, order, async () => {
      expect((await close(session, { abandon: true })).body).toMatchObject({ state: 'closed', escrow: 0 });
    });
    const { llmchain } = events.at(-1) as { llmchain: { receipt: { body: { amount: number } } } };
    expect(llmchain.receipt.body.amount).toBe(COST);
    for (let turn = 0; turn < 5; turn++) await compute.gateway.produce().catch(() => undefined);
    expect(await compute.ports.production.batches('anchoring')).toEqual([]);
    expect(treasury()).toBe(before);
  });

  test('spent when another worker would go on: the answer ends there, and just what was given is charged', async () => {
    const lab = consortium.workers.get('LabMSP')!;
    lab.loaded = [{ model: 'poet', version: 1 }];
    worker.preference = 100;
    await delay(2_050);
    const { key, session } = await caller(400);
    worker.breaksAfter = 5;
    const { carry } = archive.ports.sessions;
    archive.ports.sessions.carry = async (from, next) => {
      // The producer has told what its part cost, and other requests have taken the rest.
      await compute.gateway.produce();
      await archive.gateway.reconcile();
      const rest = { ...next, receipt: 'ef'.repeat(32), amount: 400 - 153 };
      expect(await archive.ports.sessions.reserve(rest)).toBe(true);
      return carry.call(archive.ports.sessions, from, next);
    };
    const { events, receipt } = await streamed(archive, key, order, () => Promise.resolve());
    archive.ports.sessions.carry = carry;
    expect(events).toHaveLength(6);
    expect(events.at(-1)).toMatchObject({ code: 'insufficient_credits', details: { session, cause: 'unavailable' } });
    expect(lab.asked).toEqual([]);
    await archive.ports.sessions.release('ef'.repeat(32));
    expect(await archive.session(session)).toEqual({ escrow: 400, spent: 153, reserved: 0 });
    const told = await archive.call(key, 'GET', `/v1/receipts/${receipt}`);
    expect(told.body).toMatchObject({ state: 'anchored', receipt: { body: { completionTokens: 5, amount: 153 } } });
    expect((await close(session)).body).toMatchObject({ state: 'closed', escrow: 153 });
  });
});
