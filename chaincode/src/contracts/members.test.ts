import { publicKeyOf, sha256Bytes, type Motion } from '@llmchain/protocol';
import { CHARTER, operationId, TestConsortium, work } from '../../../test/support/consortium';
import { identity } from '../../../test/support/identities';
import { World } from '../../../test/support/world';

const PRESS = { member: 'PressMSP', name: 'press' };

describe('what the members decide', () => {
  let consortium: TestConsortium;
  beforeEach(async () => {
    consortium = await TestConsortium.founded();
  });

  const propose = (proposal: string, motion: Motion, as = consortium.people.guild) =>
    consortium.world.submit('members:propose', { operationId: operationId(), proposal, motion }, { as });
  const vote = (proposal: string, as = consortium.people.archive, approve = true) =>
    consortium.world.submit('members:vote', { operationId: operationId(), proposal, approve }, { as });
  const consortiumRecord = async () => {
    const { record } = await consortium.world.submit(
      'ledger:get',
      { type: 'consortium', parts: [] },
      { as: consortium.people.guild },
    );
    return record as typeof CHARTER;
  };

  test('nothing but the founding happens before the founding', async () => {
    const world = new World();
    const { guild, will } = consortium.people;
    const works = { operationId: operationId(), works: [work('one', ['will'])] };
    await expect(world.submit('artworks:register', works, { as: will })).rejects.toThrowWithCode('wrong_state');
    const motion = { kind: 'leave' as const, member: 'LabMSP', reason: 'x' };
    await expect(
      world.submit('members:propose', { operationId: operationId(), proposal: 'p', motion }, { as: guild }),
    ).rejects.toThrowWithCode('not_found');
    const found = { kind: 'found' as const, charter: { ...CHARTER, verifiersNeeded: 4 } };
    await expect(
      world.submit('members:propose', { operationId: operationId(), proposal: 'p', motion: found }, { as: guild }),
    ).rejects.toThrowWithCode('invalid_argument');
  });

  test('a majority enacts, once, and a vote stands', async () => {
    await propose('waiting', { kind: 'policy', terms: { batchTimeoutMs: 5_000 } });
    await vote('waiting');
    await expect(vote('waiting', consortium.people.archive, false)).rejects.toThrowWithCode('conflict');
    expect((await vote('waiting')).state).toBe('open');
    expect((await consortiumRecord()).batchTimeoutMs).toBeUndefined();
    expect((await vote('waiting', consortium.people.lab)).state).toBe('enacted');
    expect(await consortiumRecord()).toMatchObject({ batchTimeoutMs: 5_000, fees: CHARTER.fees, verifiersNeeded: 2 });
    await expect(vote('waiting', consortium.people.compute)).rejects.toThrowWithCode('wrong_state');
  });

  test('two refusals of four end a proposal', async () => {
    await propose('no', { kind: 'join', member: PRESS });
    await vote('no', consortium.people.archive, false);
    expect((await vote('no', consortium.people.lab, false)).state).toBe('refused');
    await expect(vote('no', consortium.people.compute)).rejects.toThrowWithCode('wrong_state');
    expect((await consortiumRecord()).members).toHaveLength(4);
  });

  test.each<[string, Motion, string]>([
    ['found it again', { kind: 'found', charter: CHARTER }, 'wrong_state'],
    ['take in a member twice', { kind: 'join', member: { member: 'LabMSP', name: 'press' } }, 'conflict'],
    ['take in a namesake', { kind: 'join', member: { member: 'PressMSP', name: 'lab' } }, 'conflict'],
    ['go below four', { kind: 'leave', member: 'LabMSP', reason: 'x' }, 'wrong_state'],
    ['send a stranger away', { kind: 'leave', member: 'PressMSP', reason: 'x' }, 'not_found'],
    ['need more verifiers than there are', { kind: 'policy', terms: { verifiersNeeded: 4 } }, 'invalid_argument'],
    ['change nothing', { kind: 'policy', terms: {} }, 'invalid_argument'],
    ['grant what is granted', { kind: 'grantRole', member: 'LabMSP', role: 'trainer' }, 'wrong_state'],
    ['take a vote away', { kind: 'revokeRole', member: 'LabMSP', role: 'admin' }, 'invalid_argument'],
    [
      'decide an escrow that is not there',
      { kind: 'arbitrate', escrow: 'e', outcome: 'released', reason: 'x' },
      'not_found',
    ],
  ])('a motion to %s is refused when it is proposed', async (_what, motion, code) => {
    await expect(propose('p', motion)).rejects.toThrowWithCode(code);
  });

  test('a motion that time has overtaken is not carried, and the vote is not lost', async () => {
    await propose('one', { kind: 'join', member: PRESS });
    await propose('other', { kind: 'join', member: { ...PRESS, name: 'presses' } }, consortium.people.lab);
    await vote('one', consortium.people.archive);
    await vote('other', consortium.people.archive);
    await vote('one', consortium.people.lab);
    await expect(vote('other', consortium.people.guild)).rejects.toThrowWithCode('conflict');
    expect((await vote('other', consortium.people.guild, false)).state).toBe('open');
  });

  test('a new member votes on what is proposed after it joined', async () => {
    const press = await identity('PressMSP', { role: 'admin' });
    await expect(propose('early', { kind: 'join', member: PRESS }, press)).rejects.toThrowWithCode('not_authorised');
    await propose('before', { kind: 'policy', terms: { batchTimeoutMs: 5_000 } });
    await consortium.decide('join', { kind: 'join', member: PRESS });
    await expect(vote('before', press)).rejects.toThrowWithCode('not_authorised');
    expect((await propose('after', { kind: 'policy', terms: { batchTimeoutMs: 6_000 } }, press)).electorate).toContain(
      'PressMSP',
    );
  });

  test('who has left keeps what is its own and decides nothing more', async () => {
    const { will, guild, archive, lab, compute } = consortium.people;
    const verse = work('verse', ['will'], 'allowed');
    await consortium.registers(will, [verse]);
    const grants = [{ account: 'member:GuildMSP' as const, amount: 100 }];
    await consortium.decide('money', { kind: 'issue', grants, reason: 'start' });
    await consortium.decide('join', { kind: 'join', member: PRESS });
    await propose('open', { kind: 'policy', terms: { batchTimeoutMs: 5_000 } }, lab);
    await propose('away', { kind: 'leave', member: 'GuildMSP', reason: 'moved' }, lab);
    await vote('away', archive);
    await vote('away', compute);
    expect((await consortiumRecord()).members.map(({ member }) => member)).not.toContain('GuildMSP');

    await expect(vote('open', guild)).rejects.toThrowWithCode('not_authorised', { member: 'GuildMSP' });
    await expect(consortium.registers(will, [work('late', ['will'])])).rejects.toThrowWithCode('not_authorised');
    const preference = { operationId: operationId(), work: verse.sha256, preference: {} };
    await consortium.world.submit('artworks:setPreference', preference, { as: will });
    const transfer = { operationId: operationId(), from: 'member:GuildMSP', to: 'member:LabMSP', amount: 100 } as const;
    expect((await consortium.world.submit('credits:transfer', transfer, { as: guild })).amount).toBe(0);
  });

  test('a role counts only while the members let the member have it', async () => {
    const { will } = consortium.people;
    await consortium.decide('less', { kind: 'revokeRole', member: 'GuildMSP', role: 'artist' });
    await expect(consortium.registers(will, [work('one', ['will'])])).rejects.toThrowWithCode('not_authorised', {
      member: 'GuildMSP',
      role: 'artist',
    });
    await consortium.decide('more', { kind: 'grantRole', member: 'GuildMSP', role: 'artist' });
    await expect(consortium.registers(will, [work('one', ['will'])])).resolves.toBeUndefined();
  });

  test('what signs for a service is a key that only its holder can sign with, and is not replaced', async () => {
    const { gateway } = consortium.people;
    const registers = (publicKey: string) => {
      const signer = { operationId: operationId(), signer: 'compute-worker-1', kind: 'worker' as const, publicKey };
      return consortium.world.submit('members:registerSigner', signer, { as: gateway });
    };
    const zero = `01${'00'.repeat(31)}`;
    const noPoint = `02${'00'.repeat(31)}`;
    for (const key of [zero, noPoint]) await expect(registers(key)).rejects.toThrowWithCode('invalid_argument');
    const publicKey = publicKeyOf(sha256Bytes('key'));
    expect(await registers(publicKey)).toMatchObject({ publicKey, owner: { member: 'ComputeMSP' } });
    await expect(registers(publicKey)).rejects.toThrowWithCode('already_registered');
  });

  test('a charter may say from the start who may have which role', async () => {
    const world = new World();
    const { guild, archive, lab, steward } = consortium.people;
    const members = CHARTER.members.map((member) =>
      member.member === 'ArchiveMSP' ? { ...member, roles: ['admin' as const] } : member,
    );
    const motion = { kind: 'found' as const, charter: { ...CHARTER, members } };
    await world.submit('members:propose', { operationId: operationId(), proposal: 'f', motion }, { as: guild });
    for (const as of [archive, lab])
      await world.submit('members:vote', { operationId: operationId(), proposal: 'f', approve: true }, { as });
    const dataset = { operationId: operationId(), dataset: 'd', title: 'd', purpose: 'p' };
    await expect(world.submit('datasets:create', dataset, { as: steward })).rejects.toThrowWithCode('not_authorised', {
      roles: ['admin'],
    });
  });
});
