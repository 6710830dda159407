import { operationId } from '../../../test/support/consortium';
import { Serving } from '../../../test/support/serving';

describe('aliases, and the end of a version', () => {
  let serving: Serving;
  let start: Map<string, Uint8Array>;
  beforeAll(async () => {
    serving = await Serving.start();
    const { world, consortium } = serving;
    const poet = serving.record('model', 'poet', 1);
    // A second version, as it would be after its own training and approval.
    const second = Buffer.from(JSON.stringify({ ...poet, version: 2 }));
    world.state.set('\u0000model\u0000poet\u00000000000002\u0000', second);
    await consortium.decide('first', { kind: 'alias', model: 'poet', alias: 'production', version: 1 });
    start = serving.snapshot();
  });
  beforeEach(() => {
    serving.restore(start);
  });
  afterAll(() => serving.stop());

  const history = (alias: 'production' | 'canary', limit = 10, before?: number) =>
    serving.world.submit(
      'models:aliasHistory',
      { model: 'poet', alias, limit, ...(before === undefined ? {} : { before }) },
      { as: serving.consortium.people.guild },
    );
  const point = (name: string, version: number | null, more: { weight?: number; alias?: 'canary' } = {}) =>
    serving.consortium.decide(name, { kind: 'alias', model: 'poet', alias: 'production', version, ...more });
  const end = (kind: 'retire' | 'revoke', version = 1) =>
    serving.consortium.decide(`${kind}-${version}`, { kind, model: 'poet', version, reason: 'old' });

  test('an alias is moved and rolled back, and every past value stays', async () => {
    await point('second', 2);
    await point('back', 1);
    const { current, values } = await history('production');
    expect(current).toMatchObject({ version: 1, ordinal: 3, proposal: 'back' });
    expect(values.map(({ version, proposal }) => [version, proposal])).toEqual([
      [1, 'back'],
      [2, 'second'],
      [1, 'first'],
    ]);
    const page = await history('production', 2);
    expect(page).toMatchObject({ before: 2 });
    expect((await history('production', 2, page.before)).values.map(({ ordinal }) => ordinal)).toEqual([1]);
  });

  test('a canary takes a part of the requests, and ends', async () => {
    await point('canary', 2, { alias: 'canary', weight: 500 });
    expect((await history('canary')).current).toMatchObject({ version: 2, weight: 500 });
    await point('more', 2, { alias: 'canary', weight: 1_000 });
    await point('none', null, { alias: 'canary' });
    const { current } = await history('canary');
    expect(current).toMatchObject({ version: null, ordinal: 3 });
    expect(current).not.toHaveProperty('weight');
  });

  test.each([
    ['where it stands', () => point('p', 1), 'wrong_state'],
    ['at a version that is not there', () => point('p', 3), 'not_found'],
    ['at a canary without a weight', () => point('p', 2, { alias: 'canary' }), 'invalid_argument'],
    ['with a weight in production', () => point('p', 2, { weight: 500 }), 'invalid_argument'],
    ['at nothing, twice', () => point('p', null, { alias: 'canary' }), 'wrong_state'],
  ])('an alias is not pointed %s', async (_what, act, code) => {
    await expect(act()).rejects.toThrowWithCode(code);
  });

  test('a version that an alias points at is not retired, another is, and what it answered before is still anchored', async () => {
    await expect(end('retire')).rejects.toThrowWithCode('wrong_state', { aliases: ['production'] });
    await point('second', 2);
    await end('retire');
    expect(serving.record('model', 'poet', 1).state).toBe('retired');
    await expect(point('back', 1)).rejects.toThrowWithCode('wrong_state', { state: 'retired' });
    expect(await serving.anchor()).toMatchObject({ state: 'anchored' });
    serving.verdicts.answer = { verdict: 'accept' };
    expect(await serving.accept()).toMatchObject({ state: 'accepted' });
    await expect(
      serving.world.submit(
        'models:approve',
        { operationId: operationId(), model: 'poet', version: 1 },
        { as: serving.consortium.people.compute },
      ),
    ).rejects.toThrowWithCode('wrong_state', { state: 'retired' });
  });

  test('a revoked version is out of every alias at once, and nothing of it is anchored', async () => {
    await point('canary', 1, { alias: 'canary', weight: 500 });
    await end('revoke');
    expect(serving.record('model', 'poet', 1).state).toBe('revoked');
    for (const name of ['production', 'canary'] as const)
      expect((await history(name)).current).toMatchObject({ version: null, ordinal: 2, proposal: 'revoke-1' });
    await expect(serving.anchor()).rejects.toThrowWithCode('wrong_state', { state: 'revoked' });
    await expect(end('retire')).rejects.toThrowWithCode('wrong_state', { state: 'revoked' });
  });
});
