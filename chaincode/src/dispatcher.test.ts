import { identity, type TestIdentity } from '../../test/support/identities';
import { World } from '../../test/support/world';

describe('the dispatcher', () => {
  const world = new World();
  let as: TestIdentity;
  beforeAll(async () => {
    as = await identity('GuildMSP', { role: 'admin' });
  });

  test.each([
    'nothing:vote',
    'members:nothing',
    'members:',
    ':vote',
    'vote',
    '',
    ':',
    'members:vote:twice',
    'Members:vote',
    ' members:vote',
    'members:vote\u0000',
    'members:vote\n',
    'members:constructor',
    'members:decode',
    'members:aroundTransaction',
    'members:unknownTransaction',
    '__proto__:vote',
    'constructor:vote',
    'toString',
    '__proto__',
    'org.hyperledger.fabric:other',
    'é:ü',
    'x'.repeat(10_000),
  ])('%p is no transaction, and says so with a code', async (name) => {
    for (const args of [[], ['{}'], ['{}', '{}']]) {
      const refused = world.raw(name, args, { as });
      await expect(refused).rejects.toThrowWithCode('not_supported', { transaction: name.slice(0, 100) });
    }
    expect(world.state.size).toBe(0);
  });

  test('Fabric’s tools may ask which contracts there are', async () => {
    const metadata = await world.raw('org.hyperledger.fabric:GetMetadata', [], { as });
    const { contracts } = metadata as { contracts: Record<string, { transactions: { name: string }[] }> };
    expect(contracts['inference']?.transactions.map(({ name }) => name)).toContain('rotateBatch');
  });

  test('a transaction reaches its contract', async () => {
    expect(await world.raw('ledger:whoami', ['{}'], { as })).toMatchObject({ invoker: 'GuildMSP', role: 'admin' });
  });
});
