import { compositeKey, type Preference } from '@llmchain/protocol';
import { operationId, TestConsortium, work } from '../../../test/support/consortium';

const EPOCH = compositeKey('epoch', ['GuildMSP/will']);
const NO: Preference = { generative_training: 'not_allowed' };
const YES: Preference = { generative_training: 'allowed', training: 'allowed' };

describe('preferences of many works', () => {
  let consortium: TestConsortium;
  const works = Array.from({ length: 20 }, (_, index) => work(`sonnet ${index}`, ['will'], 'allowed'));
  let start: Map<string, Uint8Array>;
  beforeAll(async () => {
    consortium = await TestConsortium.founded();
    await consortium.registers(consortium.people.will, works);
    start = new Map(consortium.world.state);
  });
  const restore = () => {
    consortium.world.state.clear();
    for (const [key, value] of start) consortium.world.state.set(key, value);
  };
  beforeEach(restore);

  const set = (preference: Preference, index: number) =>
    consortium.world.submit(
      'artworks:setPreference',
      { operationId: operationId(), work: works[index]!.sha256, preference },
      { as: consortium.people.will },
    );
  const setAll = (changes: { work: string; preference: Preference }[], as = consortium.people.will) =>
    consortium.world.submit('artworks:setPreferences', { operationId: operationId(), changes }, { as });
  const all = (preference: Preference) => works.map(({ sha256 }) => ({ work: sha256, preference }));
  const epoch = () => {
    const value = consortium.world.state.get(EPOCH);
    return value && (JSON.parse(Buffer.from(value).toString()) as { epoch: number }).epoch;
  };
  /** What a transaction that is endorsed against the state of the start writes. */
  const writes = async (act: () => Promise<unknown>) => {
    restore();
    await act();
    return [...consortium.world.state].filter(([key, value]) => start.get(key) !== value).map(([key]) => key);
  };

  test('two refusals at once write one key, so that one of them is valid; permissions do not', async () => {
    const both = await Promise.resolve([await writes(() => set(NO, 0)), await writes(() => set(NO, 1))] as const);
    expect(both[0].filter((key) => both[1].includes(key))).toEqual([EPOCH]);
    const free = [await writes(() => set(YES, 0)), await writes(() => set(YES, 1))] as const;
    expect(free[0].filter((key) => free[1].includes(key))).toEqual([]);
  });

  test('all of them change in one transaction, which advances the epoch once', async () => {
    expect(await setAll(all(NO))).toEqual({ works: works.map(({ sha256 }) => sha256) });
    expect(epoch()).toBe(1);
    await setAll(all(YES));
    expect(epoch()).toBe(1);
    const mixed = all(YES);
    mixed[3] = { ...mixed[3]!, preference: NO };
    await setAll(mixed);
    expect(epoch()).toBe(2);
    const { record } = await consortium.world.submit(
      'ledger:get',
      { type: 'work', parts: [works[3]!.sha256] },
      { as: consortium.people.will },
    );
    expect(record).toMatchObject({ preference: NO });
  });

  test('all or none: of another’s work, of one that is not there, of one named twice', async () => {
    const { ann, will } = consortium.people;
    await expect(setAll(all(NO), ann)).rejects.toThrowWithCode('not_authorised');
    await consortium.registers(ann, [work('hers', ['ann'])]);
    start = new Map(consortium.world.state);
    const hers = { work: work('hers', ['ann']).sha256, preference: NO };
    await expect(setAll([...all(NO), hers], will)).rejects.toThrowWithCode('not_authorised');
    await expect(setAll([...all(NO), { ...hers, work: 'a'.repeat(64) }])).rejects.toThrowWithCode('not_found');
    await expect(setAll([...all(NO), all(YES)[0]!])).rejects.toThrowWithCode('invalid_argument');
    expect(consortium.world.state).toEqual(start);
    expect(epoch()).toBeUndefined();
  });

  test('500 works fit, 501 do not', async () => {
    const many = Array.from({ length: 500 }, (_, index) => work(`line ${index}`, ['will'], 'allowed'));
    await consortium.registers(consortium.people.will, many);
    const changes = many.map(({ sha256 }) => ({ work: sha256, preference: NO }));
    expect((await setAll(changes)).works).toHaveLength(500);
    expect(epoch()).toBe(1);
    await expect(setAll([...changes, all(NO)[0]!])).rejects.toThrowWithCode('invalid_argument');
  });
});
