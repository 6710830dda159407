import { partOfLine, proveInclusion, royaltyLeaves, type Account, type RequestOf } from '@llmchain/protocol';
import { Books } from '../../../test/support/books';
import { item, operationId, TestConsortium, work } from '../../../test/support/consortium';
import { rewardTable } from '../../../test/support/contributed';
import type { TestIdentity } from '../../../test/support/identities';

const hers = work('hers, a longer one', ['ann'], 'allowed');
const theirs = work('theirs', ['will', 'ann'], 'allowed');
const { table, reference } = rewardTable(
  [hers, theirs].map(({ creators, bytes }) => ({
    shares: creators.map(({ person, share }) => ({ holder: `artist:GuildMSP:${person}` as const, share })),
    tokens: bytes,
  })),
);
const PAYER: Account = 'member:LabMSP';
const HOUR = 3_600_000;
/** Of a credit that does not divide evenly. */
const AMOUNT = 1_000;

describe('rewards of contributors', () => {
  let consortium: TestConsortium;
  let total: number;
  beforeEach(async () => {
    consortium = await TestConsortium.founded();
    const { ann, will } = consortium.people;
    await consortium.registers(ann, [hers]);
    await consortium.registers(will, [theirs]);
    await consortium.seals('verses', 1, [item(hers), item(theirs)]);
    const grants = [{ account: PAYER, amount: 5_000 }];
    await consortium.decide('money', { kind: 'issue', grants, reason: 'start' });
    total = new Books(consortium.world).total;
  });
  afterEach(() => {
    jest.restoreAllMocks();
    expect(new Books(consortium.world).total).toBe(total);
  });

  const fund = (change: Partial<RequestOf<'credits:fundReward'>> = {}, as = consortium.people.lab) =>
    consortium.world.submit(
      'credits:fundReward',
      {
        ...{ operationId: operationId(), reward: 'thanks', dataset: 'verses', version: 1, payer: PAYER },
        ...{ amount: AMOUNT, until: Date.now() + HOUR, table: reference, ...change },
      },
      { as },
    );
  const place = (payee: Account) => {
    const index = table.findIndex((entry) => entry.payee === payee);
    return { entry: table[index]!, proof: proveInclusion(royaltyLeaves(table), index) };
  };
  const claim = (payee: Account, as: TestIdentity, change: object = {}) =>
    consortium.world.submit(
      'credits:claimReward',
      { operationId: operationId(), reward: 'thanks', payee, ...place(payee), ...change },
      { as },
    );
  const recover = (as = consortium.people.lab) =>
    consortium.world.submit(
      'credits:recoverReward',
      { operationId: operationId(), reward: 'thanks' },
      { as, at: Date.now() },
    );
  const late = () => jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 2 * HOUR);
  const ANN: Account = 'artist:GuildMSP:ann';
  const WILL: Account = 'artist:GuildMSP:will';

  test('each has the part that the tokens of their works make, once', async () => {
    expect(await fund()).toMatchObject({ state: 'open', owner: { member: 'LabMSP' } });
    const { ann, will } = consortium.people;
    const parts = [await claim(ANN, ann), await claim(WILL, will)].map(({ amount }) => amount);
    expect(parts[0]! + parts[1]!).toBe(AMOUNT);
    const { entry } = place(WILL);
    expect(parts[1]).toBe(partOfLine(AMOUNT, entry.start, entry.share, reference.total));
    await expect(claim(ANN, ann)).rejects.toThrowWithCode('wrong_state', { amount: parts[0]! });
  });

  test('what nobody has claimed goes back after the deadline, and not before', async () => {
    await fund();
    const { amount } = await claim(ANN, consortium.people.ann);
    await expect(recover()).rejects.toThrowWithCode('wrong_state');
    late();
    await expect(recover(consortium.people.archive)).rejects.toThrowWithCode('not_authorised');
    expect(await recover()).toMatchObject({ state: 'closed', returned: AMOUNT - amount });
    await expect(recover()).rejects.toThrowWithCode('wrong_state');
    const { will } = consortium.people;
    const request = { operationId: operationId(), reward: 'thanks', payee: WILL, ...place(WILL) };
    await expect(
      consortium.world.submit('credits:claimReward', request, { as: will, at: Date.now() }),
    ).rejects.toThrowWithCode('wrong_state', { state: 'closed' });
  });

  test.each([
    ['more than there is', { amount: 5_001 }, 'insufficient_credits'],
    ['a table that leaves somebody out', { table: rewardTable([]).reference }, 'invalid_argument'],
    ['a table of other parts', { table: { ...reference, total: reference.total + 1 } }, 'digest_mismatch'],
    [
      'a table that lies elsewhere',
      { table: { ...reference, address: `sha256/${'0'.repeat(64)}` } },
      'digest_mismatch',
    ],
    ['a deadline that is over', { until: 1 }, 'invalid_argument'],
    ["another's money", { payer: 'member:GuildMSP' as const }, 'not_authorised'],
    ['a version that is not there', { version: 2 }, 'not_found'],
  ])('not with %s', async (_, change, code) => {
    await expect(fund(change)).rejects.toThrowWithCode(code);
  });

  test("not under an id that is taken, and not with another's part", async () => {
    await fund();
    await expect(fund()).rejects.toThrowWithCode('already_registered');
    const { ann, will } = consortium.people;
    await expect(claim(ANN, will)).rejects.toThrowWithCode('not_authorised');
    await expect(claim(WILL, will, place(ANN))).rejects.toThrowWithCode('invalid_argument');
    const { entry, proof } = place(ANN);
    const greedy = { entry: { ...entry, share: entry.share + 1 }, proof };
    await expect(claim(ANN, ann, greedy)).rejects.toThrowWithCode('digest_mismatch');
  });

  test('who has withdrawn a work since is paid for what it gave', async () => {
    const withdrawal = { operationId: operationId(), work: hers.sha256 };
    await consortium.world.submit('artworks:withdraw', withdrawal, { as: consortium.people.ann });
    await fund();
    expect((await claim(ANN, consortium.people.ann)).amount).toBeGreaterThan(0);
  });
});
