import { publicKeyOf, sha256Bytes, SUSPENSION_GRACE_MS, SUSPENSION_NOTICE_MS, type Motion } from '@llmchain/protocol';
import { operationId } from '../../../test/support/consortium';
import { Serving } from '../../../test/support/serving';

const WORKER = 'compute-worker-1';

describe('suspensions', () => {
  let serving: Serving;
  let start: Map<string, Uint8Array>;
  let began: number;
  beforeAll(async () => {
    serving = await Serving.start();
    start = serving.snapshot();
  });
  beforeEach(() => {
    serving.restore(start);
    began = Date.now();
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => serving.stop());

  /** Lets it be so many milliseconds after the beginning of the test. */
  const at = (after: number) => jest.spyOn(Date, 'now').mockReturnValue(began + after);
  const decide = (name: string, motion: Motion) => serving.consortium.decide(name, motion);
  const suspend = (name = 'lied') => decide(name, { kind: 'suspend', worker: WORKER, reason: 'it lied' });
  const reinstate = (name = 'mended') => decide(name, { kind: 'reinstate', worker: WORKER, reason: 'it was mended' });
  const anchor = (lastOrder: number, sequence = 1) =>
    serving.anchor(serving.batch({ sequence, workers: [{ worker: WORKER, lastOrder: began + lastOrder }] }));
  const record = () => serving.record('suspension', WORKER);

  test('the members suspend a worker by a vote, and reinstate it by another; each leaves its trace', async () => {
    at(0);
    await expect(reinstate('early')).rejects.toThrowWithCode('wrong_state', { worker: WORKER });
    await suspend();
    expect(record()).toMatchObject({
      worker: WORKER,
      periods: [{ from: began + SUSPENSION_NOTICE_MS, reason: 'it lied', proposal: 'lied' }],
      owner: { member: 'ComputeMSP' },
    });
    await expect(suspend('again')).rejects.toThrowWithCode('wrong_state', { proposal: 'lied' });
    at(SUSPENSION_NOTICE_MS + 600_000);
    await reinstate();
    const [first] = record().periods;
    expect(first).toMatchObject({ proposal: 'lied', reinstated: 'mended' });
    // A minute of leeway for clocks.
    expect(first!.until).toBe(began + SUSPENSION_NOTICE_MS + 540_000);
    await suspend('relapsed');
    expect(record().periods.map(({ proposal }) => proposal)).toEqual(['lied', 'relapsed']);
  });

  test('periods follow each other, also where one ends before it began', async () => {
    at(0);
    await suspend();
    at(1_000);
    await reinstate();
    at(2_000);
    await suspend('relapsed');
    const { periods } = record();
    expect(periods[0]).toMatchObject({ from: began + SUSPENSION_NOTICE_MS, until: began + SUSPENSION_NOTICE_MS });
    expect(periods[1]!.from).toBeGreaterThanOrEqual(periods[0]!.until!);
  });

  test('workers alone are suspended, and such as there are', async () => {
    const motion = (worker: string): Motion => ({ kind: 'suspend', worker, reason: 'it lied' });
    await expect(decide('nobody', motion('nobody'))).rejects.toThrowWithCode('not_found');
    const gateway = {
      operationId: operationId(),
      signer: 'a-gateway',
      kind: 'gateway',
      publicKey: publicKeyOf(sha256Bytes('key')),
    } as const;
    await serving.world.submit('members:registerSigner', gateway, { as: serving.consortium.people.gateway });
    await expect(decide('gateway', motion('a-gateway'))).rejects.toThrowWithCode('invalid_argument');
  });

  test('orders before it began are anchored, those since are not, and those after it are again', async () => {
    at(0);
    await suspend();
    at(SUSPENSION_NOTICE_MS + 2_000);
    await anchor(SUSPENSION_NOTICE_MS - 1);
    await expect(anchor(SUSPENSION_NOTICE_MS, 2)).rejects.toThrowWithCode('wrong_state', {
      suspended: WORKER,
      from: began + SUSPENSION_NOTICE_MS,
      proposal: 'lied',
    });
    at(SUSPENSION_NOTICE_MS + 300_000);
    await reinstate();
    await expect(anchor(SUSPENSION_NOTICE_MS, 2)).rejects.toThrowWithCode('wrong_state', { suspended: WORKER });
    await anchor(SUSPENSION_NOTICE_MS + 240_000, 2);
  });

  test('a worker that is suspended for a day brings nothing in any more, however old its orders say they are', async () => {
    at(0);
    await suspend();
    at(SUSPENSION_NOTICE_MS + SUSPENSION_GRACE_MS - 1);
    await anchor(-1_000);
    at(SUSPENSION_NOTICE_MS + SUSPENSION_GRACE_MS);
    await expect(anchor(-1_000, 2)).rejects.toThrowWithCode('wrong_state', { suspended: WORKER });
    await reinstate();
    await anchor(-1_000, 2);
  });
});
