import { setTimeout as delay } from 'node:timers/promises';
import { LlmchainError, SUSPENSION_NOTICE_MS, type BatchEntry } from '@llmchain/protocol';
import type { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import { Producing } from '../../test/support/gateway-producing';
import { TestPostgres } from '../../test/support/postgres';

const WORKER = 'computemsp-worker-1';
/** For longer than the gateway believes what it heard of suspensions. */
const HEARD = 2_100;

describe('a worker is suspended', () => {
  let postgres: TestPostgres;
  let producing: Producing;
  let consortium: GatewayConsortium;
  let archive: TestMember;
  let compute: TestMember;
  let key: string;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
  }, 30_000);
  afterAll(() => postgres.stop());
  beforeEach(async () => {
    producing = await Producing.start(postgres);
    ({ consortium, archive, compute } = producing);
    ({ key } = await archive.key('caller', 'reader', 1_000_000));
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await producing.stop();
  });

  const ask = () => archive.call(key, 'POST', '/v1/completions', { model: 'poet', prompt: 'a', max_tokens: 3 });
  /** @returns the receipt's id */
  async function answer(): Promise<string> {
    const { status, headers } = await ask();
    expect(status).toBe(200);
    return headers.get('x-llmchain-receipt')!;
  }
  /** By a vote that counts from then on. */
  async function suspend(from: number): Promise<void> {
    const now = jest.spyOn(Date, 'now').mockReturnValue(from - SUSPENSION_NOTICE_MS);
    await consortium.consortium.decide('lied', { kind: 'suspend', worker: WORKER, reason: 'it lied' });
    now.mockRestore();
  }
  const anchored = (): number[] =>
    (producing.submitted('inference:anchorBatch') as BatchEntry[]).map(({ count }) => count);
  const statusOf = (id: string) => producing.statusOf(compute, id);

  test('nothing more is ordered of it from the vote on, until it is reinstated', async () => {
    await answer();
    await suspend(Date.now() + SUSPENSION_NOTICE_MS);
    await delay(HEARD);
    const refused = await ask();
    expect([refused.status, refused.body['code']]).toEqual([503, 'unavailable']);
    await consortium.consortium.decide('mended', { kind: 'reinstate', worker: WORKER, reason: 'it was mended' });
    await delay(HEARD);
    await answer();
    await compute.gateway.produce();
    expect(anchored()).toEqual([2]);
  });

  test('what it answers all the same is set aside, and holds up nothing of before', async () => {
    const before = await answer();
    await delay(5);
    const from = Date.now();
    const since = [await answer(), await answer()];
    await suspend(from);
    await compute.gateway.produce();
    expect(anchored()).toEqual([1]);
    expect(await statusOf(before)).toMatchObject({ state: 'anchored' });
    const refusals = [{ member: 'ComputeMSP', code: 'wrong_state', reason: 'suspended' }];
    for (const id of since) expect(await statusOf(id)).toMatchObject({ state: 'signed', batch: null, refusals });
  });

  test('a batch that was begun before the vote is taken apart, and what may be anchored of it is', async () => {
    const before = await answer();
    await delay(5);
    const from = Date.now();
    const since = await answer();
    consortium.ledger.faults.before = (name) => {
      if (name === 'inference:anchorBatch') throw new LlmchainError('unavailable', 'gone');
    };
    await expect(compute.gateway.produce()).rejects.toThrow('gone');
    delete consortium.ledger.faults.before;
    await suspend(from);
    await expect(compute.gateway.produce()).rejects.toThrowWithCode('wrong_state', { suspended: WORKER });
    await compute.gateway.produce();
    expect(await statusOf(before)).toMatchObject({ state: 'anchored' });
    expect(await statusOf(since)).toMatchObject({ state: 'signed', batch: null });
    expect(await compute.ports.production.batches('anchoring')).toEqual([]);
  });
});
