import { sha256Hex, type Finding } from '@llmchain/protocol';
import { Serving } from '../../../test/support/serving';

const RECEIPT = sha256Hex('a receipt');
const FOUND: Omit<Finding, 'member'> = { reason: 'tokens_mismatch', receipt: RECEIPT };
/** A tenth of the ten minutes that a batch waits. */
const TURN = 60_000;

describe('refusals and silences', () => {
  let serving: Serving;
  let start: Map<string, Uint8Array>;
  beforeAll(async () => {
    serving = await Serving.start();
    start = serving.snapshot();
  });
  beforeEach(async () => {
    serving.restore(start);
    serving.verdicts.answer = { verdict: 'accept' };
    serving.verdicts.of = undefined;
    await serving.anchor();
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => serving.stop());

  const later = (by: number) => {
    const now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now + by);
  };
  const refuses = (member: string, found = FOUND, options: { endorser?: string; sequence?: number } = {}) => {
    serving.verdicts.answer = { verdict: 'reject', ...found };
    return serving.refuse(member, found, options);
  };

  test('rivals are called upon in turn, and nobody else accepts', async () => {
    expect(serving.record('batch', 'ComputeMSP', 1).turns).toEqual(['GuildMSP', 'LabMSP', 'ArchiveMSP']);
    await expect(serving.accept('ArchiveMSP', ['ArchiveMSP', 'GuildMSP'])).rejects.toThrowWithCode('wrong_state', {
      called: ['GuildMSP', 'LabMSP'],
      refusals: [],
      silent: [],
    });
    const second = await serving.anchor({ sequence: 2 });
    expect(second.turns).toEqual(['LabMSP', 'ArchiveMSP', 'GuildMSP']);
  });

  test('who refuses is on the ledger and replaced; its receipt is re-executed by whoever accepts', async () => {
    expect(await refuses('GuildMSP')).toMatchObject({ member: 'GuildMSP', state: 'anchored', ...FOUND });
    serving.verdicts.answer = { verdict: 'accept' };
    await expect(serving.accept('LabMSP', ['GuildMSP', 'LabMSP'])).rejects.toThrowWithCode('wrong_state', {
      called: ['ArchiveMSP', 'LabMSP'],
      refusals: [{ member: 'GuildMSP', ...FOUND }],
    });
    const asked = serving.verdicts.questions.length;
    expect(await serving.accept('LabMSP', ['ArchiveMSP', 'LabMSP'])).toMatchObject({ state: 'accepted' });
    expect(serving.verdicts.questions.slice(asked)).toEqual([undefined, RECEIPT]);
  });

  test('where the disputed receipt is false for another too, that one does not accept, and may reject for it', async () => {
    await refuses('GuildMSP');
    serving.verdicts.of = (receipt) => (receipt ? { verdict: 'reject', reason: FOUND.reason } : { verdict: 'accept' });
    await expect(serving.accept('LabMSP', ['ArchiveMSP', 'LabMSP'])).rejects.toThrowWithCode('not_verified', {
      member: 'LabMSP',
      ...FOUND,
    });
    const findings = ['GuildMSP', 'LabMSP'].map((member) => ({ member, ...FOUND }));
    expect(await serving.reject(findings, { endorser: 'LabMSP' })).toMatchObject({ state: 'rejected', findings });
  });

  test('a verifier that has not re-executed it yet says so', async () => {
    await refuses('GuildMSP');
    serving.verdicts.of = (receipt) => ({ verdict: receipt ? 'pending' : 'accept' });
    await expect(serving.accept('LabMSP', ['ArchiveMSP', 'LabMSP'])).rejects.toThrowWithCode('verdict_pending');
  });

  test('a refusal stands once, and only for what the own verifier found', async () => {
    const first = await refuses('GuildMSP');
    const before = serving.snapshot();
    expect(await refuses('GuildMSP', { reason: 'replayed' })).toEqual(first);
    expect(serving.snapshot()).toEqual(before);
    serving.verdicts.answer = { verdict: 'accept' };
    await expect(serving.refuse('LabMSP', FOUND)).rejects.toThrowWithCode('not_verified', { member: 'LabMSP' });
    serving.verdicts.answer = { verdict: 'reject', reason: 'replayed' };
    await expect(serving.refuse('LabMSP', FOUND)).rejects.toThrowWithCode('invalid_argument', { reason: 'replayed' });
    serving.verdicts.answer = { verdict: 'pending' };
    await expect(serving.refuse('LabMSP', FOUND)).rejects.toThrowWithCode('verdict_pending');
  });

  test('neither the producer nor a member that accepted it refuses, and nothing that is given up is refused', async () => {
    await expect(refuses('ComputeMSP')).rejects.toThrowWithCode('not_authorised');
    serving.verdicts.answer = { verdict: 'accept' };
    await serving.accept();
    await expect(refuses('GuildMSP')).rejects.toThrowWithCode('wrong_state', { state: 'accepted' });
    expect(await refuses('ArchiveMSP')).toMatchObject({ state: 'accepted' });
    await serving.anchor({ sequence: 2 });
    later(20 * TURN);
    await serving.expire({ sequence: 2 });
    await expect(refuses('LabMSP', FOUND, { sequence: 2 })).rejects.toThrowWithCode('wrong_state', {
      state: 'expired',
    });
  });

  test('when all refuse, nobody is called upon', async () => {
    for (const member of ['GuildMSP', 'LabMSP']) await refuses(member);
    serving.verdicts.answer = { verdict: 'accept' };
    await expect(serving.accept()).rejects.toThrowWithCode('wrong_state', { called: [] });
  });

  test('who is silent is passed over when its time is over, on a key of its own, and the next one has its time then', async () => {
    await expect(serving.passOver('GuildMSP')).rejects.toThrowWithCode('wrong_state', { due: expect.any(Number) });
    const { ann } = serving.consortium.people;
    await expect(serving.passOver('GuildMSP', { as: ann })).rejects.toThrowWithCode('not_authorised');
    later(TURN);
    await expect(serving.passOver('ArchiveMSP')).rejects.toThrowWithCode('wrong_state', {
      called: ['GuildMSP', 'LabMSP'],
    });
    const silence = await serving.passOver('GuildMSP');
    expect(silence).toMatchObject({ member: 'GuildMSP', owner: { member: 'LabMSP' } });
    expect(await serving.passOver('GuildMSP')).toEqual(silence);
    await expect(serving.passOver('LabMSP')).rejects.toThrowWithCode('wrong_state', { due: silence.passed + TURN });
    later(TURN);
    await expect(serving.passOver('LabMSP')).rejects.toThrowWithCode('wrong_state', {
      called: ['ArchiveMSP', 'LabMSP'],
    });
    expect(await serving.accept('LabMSP', ['ArchiveMSP', 'LabMSP'])).toMatchObject({ state: 'accepted' });
    await expect(serving.passOver('LabMSP')).rejects.toThrowWithCode('wrong_state', { state: 'accepted' });
  });

  test('who was silent of late is called upon last, as long as it happened', async () => {
    later(TURN);
    await serving.passOver('GuildMSP');
    const silent = [{ member: 'GuildMSP', sequence: 1 }];
    expect(await serving.anchor({ sequence: 2, silent })).toMatchObject({
      turns: ['LabMSP', 'ArchiveMSP', 'GuildMSP'],
    });
    expect(await serving.anchor({ sequence: 3, silent })).toMatchObject({
      turns: ['ArchiveMSP', 'LabMSP', 'GuildMSP'],
    });
    const invented = [{ member: 'LabMSP', sequence: 1 }];
    await expect(serving.anchor({ sequence: 4, silent: invented })).rejects.toThrowWithCode('not_found', {
      member: 'LabMSP',
      sequence: 1,
    });
    later(21 * TURN);
    expect(await serving.anchor({ sequence: 4, silent })).toMatchObject({
      turns: ['GuildMSP', 'LabMSP', 'ArchiveMSP'],
    });
  });

  test('the count of a producer’s batches says what each verifier did', async () => {
    later(TURN);
    await serving.passOver('GuildMSP');
    await serving.accept('LabMSP', ['ArchiveMSP', 'LabMSP']);
    await serving.anchor({ sequence: 2 });
    await serving.accept(undefined, undefined, 2);
    await refuses('GuildMSP', FOUND, { sequence: 2 });
    const counted = await serving.world.submit(
      'inference:tally',
      { producer: 'ComputeMSP', sequence: 2 },
      { as: serving.consortium.people.ann },
    );
    expect(counted).toMatchObject({
      accepted: 2,
      verifiers: [
        { member: 'ArchiveMSP', accepted: 2, rejected: 0, overruled: 0, silent: 0 },
        { member: 'GuildMSP', accepted: 0, rejected: 0, overruled: 1, silent: 1 },
        { member: 'LabMSP', accepted: 2, rejected: 0, overruled: 0, silent: 0 },
      ],
    });
  });
});
