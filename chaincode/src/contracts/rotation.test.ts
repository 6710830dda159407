import { compositeKey, ordinal, type Motion } from '@llmchain/protocol';
import { operationId } from '../../../test/support/consortium';
import { Serving } from '../../../test/support/serving';
import { outOfPeers } from '../ledger/key-policy';

const PROTECTED = [
  compositeKey('batch', ['ComputeMSP', ordinal(1)]),
  compositeKey('settlement', ['ComputeMSP', ordinal(1)]),
  compositeKey('debit', ['ComputeMSP', ordinal(1), 's1']),
];

describe('batches of whose electorate a member has left', () => {
  let serving: Serving;
  let start: Map<string, Uint8Array>;
  beforeAll(async () => {
    serving = await Serving.start();
    await serving.consortium.decide('in', { kind: 'join', member: { member: 'PressMSP', name: 'press' } });
    start = serving.snapshot();
  });
  beforeEach(() => {
    serving.restore(start);
    serving.world.policies.clear();
    serving.verdicts.answer = { verdict: 'accept' };
  });
  afterAll(() => serving.stop());

  const decide = async (...motions: Motion[]) => {
    for (const motion of motions) await serving.consortium.decide(operationId(), motion);
  };
  const leave = (member: string): Motion => ({ kind: 'leave', member, reason: 'gone' });
  const rotate = (sequence = 1, as = serving.consortium.people.ann) =>
    serving.world.submit('inference:rotateBatch', { producer: 'ComputeMSP', sequence }, { as });
  const policies = () => PROTECTED.map((key) => Buffer.from(serving.world.policies.get(key)!).toString('hex'));
  const policyOf = (needed: number, members: string[]) =>
    PROTECTED.map(() => Buffer.from(outOfPeers(needed, members)).toString('hex'));

  test('anyone may put the members of now into its place: in the batch, and in every policy that was made with it', async () => {
    await serving.anchor();
    expect(policies()).toEqual(policyOf(2, ['ArchiveMSP', 'GuildMSP', 'LabMSP', 'PressMSP']));
    await decide(leave('PressMSP'));
    expect(await rotate()).toMatchObject({
      electorate: ['ArchiveMSP', 'GuildMSP', 'LabMSP'],
      needed: 2,
      state: 'anchored',
    });
    expect(policies()).toEqual(policyOf(2, ['ArchiveMSP', 'GuildMSP', 'LabMSP']));
    expect(await serving.accept()).toMatchObject({ state: 'accepted', verifiers: ['GuildMSP', 'LabMSP'] });
  });

  test('who has left decides nothing, also before that', async () => {
    await serving.anchor();
    await decide(leave('PressMSP'));
    const departed = { departed: ['PressMSP'], batch: 'ComputeMSP/1' };
    await expect(serving.accept('PressMSP', ['GuildMSP', 'PressMSP'])).rejects.toThrowWithCode('wrong_state', departed);
    await expect(serving.accept('GuildMSP', ['GuildMSP', 'PressMSP'])).rejects.toThrowWithCode('wrong_state', departed);
    serving.verdicts.answer = { verdict: 'reject', reason: 'output_mismatch' };
    const findings = ['GuildMSP', 'PressMSP'].map((member) => ({ member, reason: 'output_mismatch' as const }));
    await expect(serving.reject(findings)).rejects.toThrowWithCode('wrong_state', departed);
    await rotate();
    await expect(serving.accept('GuildMSP', ['GuildMSP', 'PressMSP'])).rejects.toThrowWithCode('invalid_argument');
  });

  test('a decision that was taken with it stands, and is still repeated safely', async () => {
    await serving.anchor();
    await serving.refuse('LabMSP', { reason: 'output_mismatch' }, { endorser: 'ArchiveMSP' });
    const accepted = await serving.accept('PressMSP', ['GuildMSP', 'PressMSP']);
    await decide(leave('PressMSP'));
    const before = serving.snapshot();
    expect(await serving.accept('PressMSP', ['GuildMSP', 'PressMSP'])).toEqual(accepted);
    expect(await rotate()).toEqual(accepted);
    expect(serving.snapshot()).toEqual(before);
  });

  test('where nobody has left, or it was done already, nothing changes', async () => {
    const anchored = await serving.anchor();
    const before = serving.snapshot();
    expect(await rotate()).toEqual(anchored);
    expect(serving.snapshot()).toEqual(before);
    await decide(leave('PressMSP'));
    const rotated = await rotate();
    const after = serving.snapshot();
    expect(await rotate()).toEqual(rotated);
    expect(serving.snapshot()).toEqual(after);
  });

  test('a newcomer takes a seat, and no more are needed than there are', async () => {
    await decide({ kind: 'policy', terms: { verifiersNeeded: 4 } });
    await serving.anchor();
    expect(policies()).toEqual(policyOf(4, ['ArchiveMSP', 'GuildMSP', 'LabMSP', 'PressMSP']));
    await decide({ kind: 'policy', terms: { verifiersNeeded: 2 } }, leave('PressMSP'));
    expect(await rotate()).toMatchObject({ electorate: ['ArchiveMSP', 'GuildMSP', 'LabMSP'], needed: 3 });
    expect(policies()).toEqual(policyOf(3, ['ArchiveMSP', 'GuildMSP', 'LabMSP']));
    await decide({ kind: 'join', member: { member: 'MillMSP', name: 'mill' } }, leave('ArchiveMSP'));
    expect(await rotate()).toMatchObject({ electorate: ['GuildMSP', 'LabMSP', 'MillMSP'], needed: 3 });
  });

  test('its producer may leave: the others still decide', async () => {
    await serving.anchor();
    await decide(leave('ComputeMSP'));
    expect(await rotate()).toMatchObject({ electorate: ['ArchiveMSP', 'GuildMSP', 'LabMSP', 'PressMSP'] });
    const accept = { producer: 'ComputeMSP', sequence: 1, verifiers: ['GuildMSP', 'LabMSP'] };
    const as = { ...serving.consortium.people.gateway };
    await expect(
      serving.world.submit('inference:acceptBatch', accept, { as, endorser: 'GuildMSP' }),
    ).rejects.toThrowWithCode('not_authorised', { member: 'ComputeMSP' });
    serving.verdicts.answer = { verdict: 'reject', reason: 'output_mismatch' };
    expect(await serving.reject()).toMatchObject({ state: 'rejected' });
  });

  test('there has to be such a batch', async () => {
    await expect(rotate(7)).rejects.toThrowWithCode('not_found');
  });
});
