import { CONSORTIUM_ACCOUNT, Motion, type Account, type RequestOf, type SubmitName } from '@llmchain/protocol';
import { CHARTER, operationId, TestConsortium } from '../../../test/support/consortium';
import { identity } from '../../../test/support/identities';

const TREASURY = CONSORTIUM_ACCOUNT;

describe('the account of the consortium', () => {
  let consortium: TestConsortium;
  beforeEach(async () => {
    consortium = await TestConsortium.founded();
    const grants = [
      { account: TREASURY, amount: 600 },
      { account: 'member:LabMSP' as const, amount: 100 },
      { account: TREASURY, amount: 400 },
    ] as const;
    await consortium.decide('money', { kind: 'issue', grants: [...grants], reason: 'start' });
  });

  const submit = <N extends SubmitName>(
    name: N,
    request: Omit<RequestOf<N>, 'operationId'>,
    as = consortium.people.lab,
  ) => consortium.world.submit(name, { operationId: operationId(), ...request } as RequestOf<N>, { as });
  const propose = (proposal: string, motion: Motion) => submit('members:propose', { proposal, motion });
  const vote = (proposal: string, as = consortium.people.archive) =>
    submit('members:vote', { proposal, approve: true }, as);
  const account = (of: Account) =>
    consortium.world.submit('credits:account', { account: of }, { as: consortium.people.lab });
  const payment = (amount: number, to: Account = 'artist:GuildMSP:will'): Motion => ({
    kind: 'pay',
    payments: [{ account: to, amount }],
    reason: 'a prize',
  });

  test('the members issue to it and pay from it by their votes', async () => {
    expect(await account(TREASURY)).toMatchObject({ balance: 1_000, waiting: 0 });
    const payments = [
      { account: 'artist:GuildMSP:will', amount: 300 },
      { account: 'member:ArchiveMSP', amount: 200 },
      { account: 'artist:GuildMSP:will', amount: 1 },
    ] as const;
    await propose('prize', { kind: 'pay', payments: [...payments], reason: 'prizes' });
    await vote('prize');
    expect(await account(TREASURY)).toMatchObject({ balance: 1_000 });
    await vote('prize', consortium.people.guild);
    expect(await account(TREASURY)).toMatchObject({ balance: 499 });
    expect(await account('artist:GuildMSP:will')).toMatchObject({ balance: 0, waiting: 301 });
    expect(await account('member:ArchiveMSP')).toMatchObject({ waiting: 200 });
  });

  test('it pays no more than it has, neither when that is proposed nor when it is carried', async () => {
    await expect(propose('too-much', payment(1_001))).rejects.toThrowWithCode('insufficient_credits', {
      account: TREASURY,
      available: 1_000,
    });
    await expect(
      propose('beyond', {
        ...payment(1),
        payments: Array.from({ length: 3 }, () => ({
          account: 'member:LabMSP',
          amount: Number.MAX_SAFE_INTEGER,
        })),
      } as Motion),
    ).rejects.toThrowWithCode('insufficient_credits');
    await propose('one', payment(700));
    await propose('other', payment(700));
    await vote('one');
    await vote('other');
    await vote('one', consortium.people.guild);
    await expect(vote('other', consortium.people.guild)).rejects.toThrowWithCode('insufficient_credits', {
      available: 300,
    });
    expect(await account(TREASURY)).toMatchObject({ balance: 300 });
  });

  test('it does not pay itself', async () => {
    await expect(propose('circle', payment(1, TREASURY))).rejects.toThrowWithCode('invalid_argument');
  });

  test('nobody but a vote spends it, whoever they are', async () => {
    const { lab, guild, will } = consortium.people;
    // Not even one whose certificates came from an authority of that name.
    const impostor = await identity(CONSORTIUM_ACCOUNT, { role: 'admin' });
    const before = new Map(consortium.world.state);
    for (const as of [lab, guild, will, impostor]) {
      const to = 'member:LabMSP' as const;
      await expect(submit('credits:transfer', { from: TREASURY, to, amount: 1 }, as)).rejects.toThrowWithCode(
        'not_authorised',
      );
      const escrow = { escrow: 'e', payer: TREASURY, payee: to, amount: 1, purpose: 'x' } as const;
      await expect(submit('credits:escrow', escrow, as)).rejects.toThrowWithCode('not_authorised');
    }
    expect(consortium.world.state).toEqual(before);
  });

  test('what it receives waits, and any administrator may gather it, no artist', async () => {
    await submit('credits:transfer', { from: 'member:LabMSP', to: TREASURY, amount: 100 });
    const { deltas, balance, waiting } = await account(TREASURY);
    expect({ balance, waiting }).toEqual({ balance: 1_000, waiting: 100 });
    await expect(
      submit('credits:compact', { account: TREASURY, deltas }, consortium.people.will),
    ).rejects.toThrowWithCode('not_authorised');
    const gathered = await submit('credits:compact', { account: TREASURY, deltas }, consortium.people.guild);
    expect(gathered).toMatchObject({ account: TREASURY, amount: 1_100, owner: { member: CONSORTIUM_ACCOUNT } });
  });

  test('money held for it is released by the payer, and given back by a vote alone', async () => {
    const escrow = { payer: 'member:LabMSP', payee: TREASURY, amount: 10, purpose: 'dues' } as const;
    await submit('credits:escrow', { escrow: 'e1', ...escrow });
    await submit('credits:escrow', { escrow: 'e2', ...escrow });
    await expect(submit('credits:refund', { escrow: 'e1' })).rejects.toThrowWithCode('not_authorised');
    await submit('credits:release', { escrow: 'e1' });
    await consortium.decide('back', { kind: 'arbitrate', escrow: 'e2', outcome: 'refunded', reason: 'not due' });
    expect(await account(TREASURY)).toMatchObject({ waiting: 10 });
    expect(await account('member:LabMSP')).toMatchObject({ waiting: 10 });
  });

  test('no member can take its name', () => {
    const member = { member: CONSORTIUM_ACCOUNT, name: 'all' };
    expect(Motion.safeParse({ kind: 'join', member }).success).toBe(false);
    const charter = { ...CHARTER, members: [...CHARTER.members, member] };
    expect(Motion.safeParse({ kind: 'found', charter }).success).toBe(false);
  });
});
