import type { AccessPolicy, RequestOf } from '@llmchain/protocol';
import { operationId } from '../../../test/support/consortium';
import { identity, type TestIdentity } from '../../../test/support/identities';
import { Serving } from '../../../test/support/serving';

describe('whose callers may call a model version', () => {
  let serving: Serving;
  let start: Map<string, Uint8Array>;
  let trainer: TestIdentity;
  beforeAll(async () => {
    serving = await Serving.start();
    trainer = await identity('LabMSP', { role: 'trainer' });
    start = serving.snapshot();
  });
  beforeEach(() => {
    serving.restore(start);
  });
  afterAll(() => serving.stop());

  const set = (policy: AccessPolicy, as = trainer, change: Partial<RequestOf<'models:setAccess'>> = {}, at?: number) =>
    serving.world.submit(
      'models:setAccess',
      { operationId: operationId(), model: 'poet', version: 1, policy, ...change },
      { as, ...(at === undefined ? {} : { at }) },
    );
  const forGuild: AccessPolicy = { callers: 'members', members: ['GuildMSP'] };

  test('is the owner’s to change, and what was in force before stays on record with its end', async () => {
    const before = Date.now();
    expect(await set(forGuild)).toMatchObject({ policy: forGuild, owner: { member: 'LabMSP' } });
    const { former } = await set({ callers: 'owner' }, serving.consortium.people.lab);
    expect(former.map(({ policy }) => policy)).toEqual([{ callers: 'everyone' }, forGuild]);
    expect(former[0]!.until).toBeGreaterThanOrEqual(before);
    expect(former[1]!.until).toBeGreaterThanOrEqual(former[0]!.until);
    expect(serving.record('model', 'poet', 1).state).toBe('approved');
  });

  test('ends do not run backwards, whatever clock a proposal has', async () => {
    await set(forGuild);
    const { former } = await set({ callers: 'owner' }, trainer, {}, Date.now() - 60_000);
    expect(former[1]!.until).toBe(former[0]!.until);
  });

  test.each([
    ['another member', () => identity('GuildMSP', { role: 'admin' }), {}, 'not_authorised'],
    ['an artist of the owner’s', () => identity('LabMSP', { role: 'artist', person: 'eve' }), {}, 'not_authorised'],
    ['anyone, of a version that is not there', () => Promise.resolve(trainer), { version: 2 }, 'not_found'],
    [
      'anyone, with nobody listed',
      () => Promise.resolve(trainer),
      { policy: { callers: 'members' as const, members: [] } },
      'invalid_argument',
    ],
  ] as const)('is not changed by %s', async (_, who, change: object, code) => {
    await expect(set(forGuild, await who(), change)).rejects.toThrowWithCode(code);
    expect([...serving.world.state.keys()].filter((key) => key.includes('model-access'))).toEqual([]);
  });
});
