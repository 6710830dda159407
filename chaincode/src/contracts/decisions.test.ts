import type { Finding } from '@llmchain/protocol';
import { operationId } from '../../../test/support/consortium';
import { GRANT, Serving } from '../../../test/support/serving';

const MINUTES = 60_000;
const FOUND: Finding[] = [
  { member: 'GuildMSP', reason: 'output_mismatch' },
  { member: 'LabMSP', reason: 'output_mismatch' },
];

describe('sessions, and batches that are not accepted', () => {
  let serving: Serving;
  let start: Map<string, Uint8Array>;
  beforeAll(async () => {
    serving = await Serving.start();
    start = serving.snapshot();
  });
  beforeEach(() => {
    serving.restore(start);
    serving.verdicts.answer = { verdict: 'pending' };
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => serving.stop());

  const later = (by: number) => {
    const now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now + by);
  };
  const rejects = (found = 'output_mismatch') => {
    serving.verdicts.answer = { verdict: 'reject', reason: found };
  };
  const session = (name: 'topUpSession' | 'closeSession', more: object = {}, as = serving.consortium.people.lab) =>
    serving.world.raw(`inference:${name}`, [JSON.stringify({ operationId: operationId(), session: 's1', ...more })], {
      as,
    });
  /** Keys whose value is another than before. */
  const changed = (before: ReadonlyMap<string, Uint8Array>) =>
    [...serving.world.state].filter(([key, value]) => before.get(key) !== value).map(([key]) => key);
  const treasury = async () => {
    const { balance, waiting } = await serving.account('member:LabMSP');
    return balance + waiting;
  };

  test('a session is topped up from the treasury of its member, by its member', async () => {
    expect(await session('topUpSession', { amount: 500 })).toMatchObject({ escrow: 10_500, state: 'open' });
    expect(await treasury()).toBe(GRANT - 10_500);
    await expect(session('topUpSession', { amount: GRANT })).rejects.toThrowWithCode('insufficient_credits');
    await expect(session('topUpSession', { amount: 1 }, serving.consortium.people.guild)).rejects.toThrowWithCode(
      'not_authorised',
    );
  });

  test('closing gives back what no batch has drawn, once, and nothing is anchored on a closed session', async () => {
    await serving.anchor();
    expect(await session('closeSession')).toMatchObject({ state: 'closed', escrow: 1_001, reserved: 1_001 });
    expect(await treasury()).toBe(GRANT - 1_001);
    await expect(session('closeSession')).rejects.toThrowWithCode('wrong_state', { state: 'closed' });
    await expect(session('topUpSession', { amount: 1 })).rejects.toThrowWithCode('wrong_state');
    await expect(serving.anchor({ sequence: 2 })).rejects.toThrowWithCode('wrong_state', { session: 's1' });
    serving.verdicts.answer = { verdict: 'accept' };
    expect(await serving.accept()).toMatchObject({ state: 'accepted' });
  });

  test('a rejection voids the settlement and frees the debits, and writes only keys that the anchor protected', async () => {
    await serving.anchor();
    rejects();
    const before = serving.snapshot();
    const rejected = await serving.reject(FOUND.toReversed());
    expect(rejected).toMatchObject({ state: 'rejected', findings: FOUND, verifiers: [] });
    expect(serving.record('settlement', 'ComputeMSP', 1)).toMatchObject({ state: 'void', parts: [], pool: 0 });
    expect(serving.record('debit', 'ComputeMSP', 1, 's1').state).toBe('released');
    const writes = changed(before);
    expect(writes).toHaveLength(3);
    for (const key of writes) expect([...serving.world.policies.keys()]).toContain(key);
    expect(await serving.reject(FOUND)).toEqual(rejected);
    await expect(serving.reject(FOUND.map((one) => ({ ...one, reason: 'replayed' })))).rejects.toThrowWithCode(
      'wrong_state',
    );
    serving.verdicts.answer = { verdict: 'accept' };
    await expect(serving.accept()).rejects.toThrowWithCode('wrong_state', { state: 'rejected', findings: FOUND });
  });

  test.each([
    ['accepts the batch', { verdict: 'accept' } as const, 'not_verified', {}],
    ['has not finished', { verdict: 'pending' } as const, 'verdict_pending', {}],
    [
      'found something else',
      { verdict: 'reject', reason: 'replayed' } as const,
      'invalid_argument',
      { reason: 'replayed' },
    ],
    ['does not answer', 'hang' as const, 'verifier_unavailable', {}],
  ])('a member whose verifier %s does not endorse the rejection', async (_what, answer, code, details) => {
    await serving.anchor();
    serving.verdicts.answer = answer;
    await expect(serving.reject(FOUND)).rejects.toThrowWithCode(code, { member: 'GuildMSP', ...details });
    expect(serving.record('batch', 'ComputeMSP', 1).state).toBe('anchored');
  });

  test('the producer, members that are not named, and too few of them reject nothing', async () => {
    await serving.anchor();
    rejects();
    await expect(serving.reject(FOUND, { endorser: 'ArchiveMSP' })).rejects.toThrowWithCode('not_authorised');
    await expect(serving.reject(FOUND, { endorser: 'ComputeMSP' })).rejects.toThrowWithCode('not_authorised');
    await expect(serving.reject(FOUND.slice(1))).rejects.toThrowWithCode('invalid_argument');
    await expect(serving.reject([FOUND[0]!, FOUND[0]!])).rejects.toThrowWithCode('invalid_argument');
    await expect(
      serving.reject([FOUND[0]!, { member: 'ComputeMSP', reason: 'output_mismatch' }]),
    ).rejects.toThrowWithCode('invalid_argument', { needed: 2 });
  });

  test('anyone expires a batch whose time is over, nobody before, and an accepted one never', async () => {
    const { deadline, anchored } = await serving.anchor();
    expect(deadline - anchored).toBe(10 * MINUTES);
    await expect(serving.expire()).rejects.toThrowWithCode('wrong_state', { deadline });
    later(10 * MINUTES);
    const before = serving.snapshot();
    const expired = await serving.expire();
    expect(expired.state).toBe('expired');
    for (const key of changed(before)) expect([...serving.world.policies.keys()]).toContain(key);
    expect(await serving.expire({ as: serving.consortium.people.trainer })).toEqual(expired);
    serving.verdicts.answer = { verdict: 'accept' };
    await expect(serving.accept()).rejects.toThrowWithCode('wrong_state', { state: 'expired' });
    await serving.anchor({ sequence: 2 });
    await serving.accept(undefined, undefined, 2);
    later(20 * MINUTES);
    await expect(serving.expire({ sequence: 2 })).rejects.toThrowWithCode('wrong_state', { state: 'accepted' });
  });

  test('the members set how long they wait', async () => {
    await serving.consortium.decide('patience', { kind: 'policy', terms: { batchTimeoutMs: MINUTES } });
    await serving.anchor();
    later(MINUTES);
    expect(await serving.expire()).toMatchObject({ state: 'expired' });
  });

  describe('what was drawn comes back', () => {
    beforeEach(async () => {
      rejects();
      await serving.anchor();
      await serving.reject();
      await serving.anchor({ sequence: 2 });
    });

    test('to an open session, each debit once', async () => {
      expect(await serving.reclaim([1])).toMatchObject({ escrow: 10_000, reserved: 1_001 });
      await expect(serving.reclaim([1])).rejects.toThrowWithCode('wrong_state', { batch: 'ComputeMSP/1' });
      await expect(serving.reclaim([2])).rejects.toThrowWithCode('wrong_state', { state: 'held' });
      await expect(serving.reclaim([1, 1])).rejects.toThrowWithCode('invalid_argument');
      await expect(serving.reclaim([3])).rejects.toThrowWithCode('not_found');
      expect(serving.record('session', 's1').reserved).toBe(1_001);
    });

    test('to the treasury when the session is closed', async () => {
      await session('closeSession');
      expect(await treasury()).toBe(GRANT - 2_002);
      expect(await serving.reclaim([1])).toMatchObject({ state: 'closed', escrow: 1_001, reserved: 1_001 });
      expect(await treasury()).toBe(GRANT - 1_001);
      expect((await serving.account('member:LabMSP')).deltas).toHaveLength(2);
    });

    test('to nobody but the member whose session it is', async () => {
      await expect(serving.reclaim([1], serving.consortium.people.gateway)).rejects.toThrowWithCode('not_authorised');
    });

    test('claims pass over a batch that pays nobody', async () => {
      serving.verdicts.answer = { verdict: 'accept' };
      await serving.accept(undefined, undefined, 2);
      const { compute } = serving.consortium.people;
      const { claimed, next } = await serving.claim('member:ComputeMSP', compute, 2);
      expect(claimed).toBe(Math.round(1_001 * 0.3));
      expect(next).toBe(3);
    });
  });
});
