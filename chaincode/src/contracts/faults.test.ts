import {
  compositeKey,
  ordinal,
  publicKeyOf,
  receiptId,
  sha256Bytes,
  type FaultEntry,
  type SignedReceipt,
  type StakeTerms,
} from '@llmchain/protocol';
import { Books } from '../../../test/support/books';
import { operationId } from '../../../test/support/consortium';
import { receiptOf } from '../../../test/support/receipts';
import { GRANT, Serving } from '../../../test/support/serving';

const TERMS: StakeTerms = { minimum: 1_000, unbondingMs: 600_000, slash: 500, finders: 6_000 };
const WORKER = { worker: 'compute-worker-1' };
const COSTS = [
  { session: 's1', amount: 300 },
  { session: 's1', amount: 701 },
];

describe('stakes and faults', () => {
  let serving: Serving;
  let receipts: SignedReceipt[];
  let start: Map<string, Uint8Array>;
  beforeAll(async () => {
    serving = await Serving.start();
    await serving.consortium.decide('stakes', { kind: 'policy', terms: { stake: TERMS } });
    await serving.staked(2_000);
    start = serving.snapshot();
  });
  beforeEach(() => {
    serving.restore(start);
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => serving.stop());

  const people = () => serving.consortium.people;
  const later = (by: number) => {
    const now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now + by);
  };
  const finds = (reason = 'output_mismatch') => {
    serving.verdicts.answer = { verdict: 'reject', reason };
  };
  const anchored = async (sequence = 1) => {
    const batch = serving.batchOf(sequence, COSTS);
    receipts = batch.receipts;
    return serving.anchor(batch.entry);
  };
  const accepted = async (sequence = 1) => {
    await anchored(sequence);
    serving.verdicts.answer = { verdict: 'accept' };
    return serving.accept(undefined, undefined, sequence);
  };
  const rejected = async (reason: FaultEntry['reason'] = 'output_mismatch') => {
    await anchored();
    finds(reason);
    return serving.reject(['GuildMSP', 'LabMSP'].map((member) => ({ member, reason })));
  };
  const fault = (change: Partial<FaultEntry> = {}, index = 1) =>
    serving.fault(receipts, index, { sequence: 1, ...change });
  const act = (name: 'stake' | 'unstake' | 'withdrawStake', more: object = {}, as = people().compute) =>
    serving.world.raw(`inference:${name}`, [JSON.stringify({ operationId: operationId(), ...WORKER, ...more })], {
      as,
    });
  const has = async (account: Parameters<Serving['account']>[0]) => {
    const { balance, waiting } = await serving.account(account);
    return balance + waiting;
  };

  test('a stake is put up from the treasury of the worker’s member, by that member, for a worker', async () => {
    expect(await act('stake', { amount: 500 })).toMatchObject({
      amount: 2_500,
      faults: 0,
      owner: { member: 'ComputeMSP' },
    });
    expect(await has('member:ComputeMSP')).toBe(GRANT - 2_500);
    await expect(act('stake', { amount: 1 }, people().guild)).rejects.toThrowWithCode('not_authorised');
    await expect(act('stake', { amount: GRANT })).rejects.toThrowWithCode('insufficient_credits');
    await expect(act('stake', { amount: 1, worker: 'nobody' })).rejects.toThrowWithCode('not_found');
    const gateway = {
      operationId: operationId(),
      signer: 'a-gateway',
      kind: 'gateway' as const,
      publicKey: publicKeyOf(sha256Bytes('key')),
    };
    await serving.world.submit('members:registerSigner', gateway, { as: people().gateway });
    await expect(act('stake', { amount: 1, worker: 'a-gateway' })).rejects.toThrowWithCode('invalid_argument');
  });

  test('what no stake vouches for is not anchored', async () => {
    const { entry } = serving.batchOf(1, COSTS);
    const { workers: _, ...unnamed } = entry;
    await expect(
      serving.world.raw('inference:anchorBatch', [JSON.stringify(unnamed)], { as: people().gateway }),
    ).rejects.toThrowWithCode('invalid_argument');
    const register = {
      operationId: operationId(),
      signer: 'another',
      kind: 'worker' as const,
      publicKey: publicKeyOf(sha256Bytes('key')),
    };
    await serving.world.submit('members:registerSigner', register, { as: people().gateway });
    const another = [{ worker: 'another', lastOrder: entry.workers[0]!.lastOrder }];
    await expect(serving.anchor({ ...entry, workers: another })).rejects.toThrowWithCode('insufficient_credits', {
      worker: 'another',
      available: 0,
      needed: 1_000,
    });
    await act('unstake', { amount: 1_001, through: 0 });
    await expect(serving.anchor(entry)).rejects.toThrowWithCode('insufficient_credits', { available: 999 });
    await act('stake', { amount: 1 });
    expect(await serving.anchor(entry)).toMatchObject({ state: 'anchored', workers: entry.workers });
  });

  test('a stake is withdrawn after its time, and not while a batch is open that it vouches for', async () => {
    await anchored();
    await expect(act('unstake', { amount: 2_001, through: 1 })).rejects.toThrowWithCode('insufficient_credits');
    for (const through of [0, 2])
      await expect(act('unstake', { amount: 2_000, through })).rejects.toThrowWithCode('wrong_state', { through });
    expect(await act('unstake', { amount: 2_000, through: 1 })).toMatchObject({
      amount: 2_000,
      unbonding: { amount: 2_000, through: 1 },
    });
    await expect(act('unstake', { amount: 1, through: 1 })).rejects.toThrowWithCode('wrong_state');
    await expect(act('withdrawStake')).rejects.toThrowWithCode('wrong_state');
    later(TERMS.unbondingMs + 1_000);
    await expect(act('withdrawStake')).rejects.toThrowWithCode('wrong_state', { next: 1, through: 1 });
    const tally = (sequence: number) =>
      serving.world.submit('inference:tally', { producer: 'ComputeMSP', sequence }, { as: people().ann });
    await expect(tally(1)).rejects.toThrowWithCode('wrong_state', { batch: 'ComputeMSP/1' });
    await serving.expire();
    expect(await tally(1)).toMatchObject({ next: 2, accepted: 0, rejected: 0, expired: 1 });
    const counted = serving.snapshot();
    expect(await tally(1)).toMatchObject({ next: 2, expired: 1 });
    expect(serving.snapshot()).toEqual(counted);
    await expect(act('withdrawStake', {}, people().guild)).rejects.toThrowWithCode('not_authorised');
    expect(await act('withdrawStake')).toMatchObject({ amount: 0 });
    expect(await has('member:ComputeMSP')).toBe(GRANT);
    await expect(act('withdrawStake')).rejects.toThrowWithCode('wrong_state');
  });

  test('a false receipt of an accepted batch: its caller is refunded, its stake is cut, its finders are paid', async () => {
    await accepted();
    finds();
    const total = new Books(serving.world).total;
    const before = serving.record('session', 's1');
    const recorded = await serving.report(fault());
    expect(recorded).toMatchObject({
      id: receiptId(receipts[1]!.body),
      worker: 'compute-worker-1',
      decided: 'accepted',
      refund: 701,
      slashed: 500,
      owner: { member: 'LabMSP' },
    });
    expect(serving.record('session', 's1').escrow).toBe(before.escrow + 701);
    expect(serving.record('stake', 'compute-worker-1')).toMatchObject({ amount: 799, faults: 1, slashed: 1_201 });
    expect(serving.record('reputation', 'ComputeMSP')).toMatchObject({ faults: 1, slashed: 1_201 });
    expect(await Promise.all((['member:GuildMSP', 'member:ArchiveMSP', 'consortium'] as const).map(has))).toEqual([
      100, 100, 200,
    ]);
    expect(new Books(serving.world).total).toBe(total);
    // Once: the first report stands.
    const after = serving.snapshot();
    expect(await serving.report(fault({ evidence: `sha256/${'0'.repeat(64)}` }))).toEqual(recorded);
    expect(serving.snapshot()).toEqual(after);
  });

  test('of a rejected batch nothing is refunded, since its sessions have it back already', async () => {
    await rejected();
    expect(await serving.report(fault())).toMatchObject({ decided: 'rejected', refund: 0, slashed: 500 });
    expect(serving.record('stake', 'compute-worker-1').amount).toBe(1_500);
    await serving.reclaim([1]);
    expect(serving.record('session', 's1')).toMatchObject({ escrow: 10_000, reserved: 0 });
  });

  test('a stake that is too small pays the caller first; a closed session’s owner gets it', async () => {
    await accepted();
    await serving.world.submit(
      'inference:closeSession',
      { operationId: operationId(), session: 's1' },
      { as: people().lab },
    );
    finds();
    await serving.report(fault());
    const before = await has('member:LabMSP');
    expect(await serving.report(fault({}, 0))).toMatchObject({ refund: 300, slashed: 499 });
    expect(serving.record('stake', 'compute-worker-1')).toMatchObject({ amount: 0, faults: 2, slashed: 2_000 });
    // 60 % of 499 for three finders, of which the lab is one.
    expect((await has('member:LabMSP')) - before).toBe(300 + 99);
  });

  test('what is about to be withdrawn is slashed too', async () => {
    await accepted();
    await act('unstake', { amount: 1_500, through: 1 });
    finds();
    await serving.report(fault());
    expect(serving.record('stake', 'compute-worker-1')).toMatchObject({ amount: 799, unbonding: { amount: 799 } });
  });

  test.each([
    ['finds nothing wrong with it', { verdict: 'accept' } as const, 'not_verified'],
    ['has not finished', { verdict: 'pending' } as const, 'verdict_pending'],
    ['found something else', { verdict: 'reject', reason: 'tokens_mismatch' } as const, 'invalid_argument'],
    [
      'speaks of another receipt',
      { verdict: 'reject', reason: 'output_mismatch', receipt: '0'.repeat(64) } as const,
      'verifier_unavailable',
    ],
    ['is not there', 'error' as const, 'verifier_unavailable'],
  ])('a member whose verifier %s does not endorse', async (_what, answer, code) => {
    await accepted();
    serving.verdicts.answer = answer;
    const before = serving.snapshot();
    await expect(serving.report(fault())).rejects.toThrowWithCode(code, { member: 'GuildMSP' });
    expect(serving.snapshot()).toEqual(before);
  });

  test('just those are named who endorse it: a majority of the members, without the producer', async () => {
    await accepted();
    finds();
    for (const finders of [
      ['GuildMSP', 'LabMSP'],
      ['GuildMSP', 'LabMSP', 'LabMSP'],
      ['ComputeMSP', 'GuildMSP', 'LabMSP'],
      ['ArchiveMSP', 'ComputeMSP', 'GuildMSP', 'LabMSP'],
    ])
      await expect(serving.report(fault({ finders }))).rejects.toThrowWithCode('invalid_argument', { needed: 3 });
    await expect(serving.report(fault(), 'ComputeMSP')).rejects.toThrowWithCode('not_authorised', {
      endorser: 'ComputeMSP',
    });
  });

  test('only a receipt of the batch can be at fault, and only after the batch was decided', async () => {
    await anchored();
    finds();
    await expect(serving.report(fault())).rejects.toThrowWithCode('wrong_state', { state: 'anchored' });
    await accepted(2);
    for (const change of [
      { receipt: receiptOf('another', { session: 's1', amount: 701 }) },
      { receipt: receipts[0]! },
      { sequence: 1 },
      { proof: { ...fault({ sequence: 2 }).proof, index: 0 } },
    ])
      await expect(serving.report(fault({ sequence: 2, ...change }))).rejects.toThrowWithCode('digest_mismatch');
  });

  test('an opening that is missing is a fault only of a rejected batch, and only once its time is over', async () => {
    await rejected('opening_unavailable');
    finds('opening_unavailable');
    const missing = fault({ reason: 'opening_unavailable' });
    await expect(serving.report(missing)).rejects.toThrowWithCode('wrong_state', {
      due: serving.record('batch', 'ComputeMSP', 1).deadline,
    });
    later(600_000);
    expect(await serving.report(missing)).toMatchObject({ slashed: 500 });
    await expect(serving.report(fault({ reason: 'root_mismatch' }, 0))).rejects.toThrowWithCode('invalid_argument');
    await accepted(2);
    finds('opening_unavailable');
    later(1_200_000);
    await expect(serving.report({ ...fault({ reason: 'opening_unavailable' }), sequence: 2 })).rejects.toThrowWithCode(
      'wrong_state',
      { state: 'accepted' },
    );
  });

  test('a fault writes no key that a decision writes, so that it waits for nobody’s endorsement but its own', async () => {
    await accepted();
    finds();
    const before = serving.snapshot();
    await serving.report(fault());
    const changed = [...serving.world.state].filter(([key, value]) => before.get(key) !== value).map(([key]) => key);
    for (const type of ['batch', 'settlement', 'debit'])
      expect(changed.filter((key) => key.startsWith(compositeKey(type as 'batch', [])))).toEqual([]);
    expect(changed).toContain(compositeKey('fault', ['ComputeMSP', ordinal(1), receiptId(receipts[1]!.body)]));
  });
});
