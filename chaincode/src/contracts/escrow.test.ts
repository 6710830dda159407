import type { Account } from '@llmchain/protocol';
import { operationId, TestConsortium } from '../../../test/support/consortium';

describe('escrow', () => {
  let consortium: TestConsortium;
  beforeEach(async () => {
    consortium = await TestConsortium.founded();
    const grants = [{ account: 'member:LabMSP' as const, amount: 1_000 }];
    await consortium.decide('money', { kind: 'issue', grants, reason: 'start' });
  });

  const hold = (change: object = {}, as = consortium.people.lab) => {
    const accounts = { payer: 'member:LabMSP', payee: 'artist:GuildMSP:will' };
    const request = {
      operationId: operationId(),
      escrow: 'e1',
      ...accounts,
      amount: 600,
      purpose: 'a sonnet',
      ...change,
    };
    return consortium.world.raw('credits:escrow', [JSON.stringify(request)], { as });
  };
  const settle = (name: 'release' | 'refund', as = consortium.people.lab) =>
    consortium.world.submit(`credits:${name}`, { operationId: operationId(), escrow: 'e1' }, { as });
  const money = async (account: Account) => {
    const { balance, waiting } = await consortium.world.submit(
      'credits:account',
      { account },
      { as: consortium.people.lab },
    );
    return [balance, waiting];
  };

  test('the payer sets money aside and releases it to the payee, once', async () => {
    expect(await hold()).toMatchObject({ state: 'held', owner: { member: 'LabMSP' } });
    expect(await money('member:LabMSP')).toEqual([400, 0]);
    await expect(settle('release', consortium.people.will)).rejects.toThrowWithCode('not_authorised');
    expect(await settle('release')).toMatchObject({ state: 'released' });
    expect(await money('artist:GuildMSP:will')).toEqual([0, 600]);
    await expect(settle('release')).rejects.toThrowWithCode('wrong_state', { state: 'released' });
    await expect(settle('refund', consortium.people.will)).rejects.toThrowWithCode('wrong_state');
  });

  test('the payee, and nobody else, gives it back', async () => {
    await hold();
    await expect(settle('refund')).rejects.toThrowWithCode('not_authorised');
    await expect(settle('refund', consortium.people.ann)).rejects.toThrowWithCode('not_authorised');
    expect(await settle('refund', consortium.people.will)).toMatchObject({ state: 'refunded' });
    expect(await money('member:LabMSP')).toEqual([400, 600]);
  });

  test.each([
    ['released', 'artist:GuildMSP:will'],
    ['refunded', 'member:LabMSP'],
  ] as const)('the members may decide that it is %s', async (outcome, account) => {
    await hold();
    await consortium.decide('quarrel', { kind: 'arbitrate', escrow: 'e1', outcome, reason: 'as delivered' });
    expect((await money(account))[1]).toBe(600);
    await expect(settle('release')).rejects.toThrowWithCode('wrong_state', { state: outcome });
  });

  test.each([
    ['more than there is', { amount: 1_001 }, 'insufficient_credits'],
    ['to oneself', { payee: 'member:LabMSP' }, 'invalid_argument'],
    ["another's money", { payer: 'member:GuildMSP' }, 'not_authorised'],
    ['nothing', { amount: 0 }, 'invalid_argument'],
  ])('not %s', async (_what, change, code) => {
    await expect(hold(change)).rejects.toThrowWithCode(code);
    expect(await money('member:LabMSP')).toEqual([1_000, 0]);
  });

  test('not under an id that is taken', async () => {
    await hold();
    await expect(hold({ amount: 1 })).rejects.toThrowWithCode('already_registered');
  });
});
