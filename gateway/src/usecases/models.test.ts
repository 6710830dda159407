import type { Alias, AliasName, ModelVersion, RecordOf, RecordType } from '@llmchain/protocol';
import fc from 'fast-check';
import type { Ledger, Ledgers } from '../ports/ledger';
import type { Lineage } from '../ports/lineage';
import { Models } from './models';

/** Basis points of the requests. */
const WHOLE = 10_000;
const BELIEF = 2_000;

type State = ModelVersion['state'];

/** What the ledger has of models and aliases; the chaincode's own tests say how it comes about. */
class Shelf {
  readonly versions = new Map<number, State>();
  readonly aliases = new Map<AliasName, Pick<Alias, 'version' | 'weight'>>();
  reads = 0;

  readonly #service = {
    list: (type: RecordType, ...parts: string[]) => this.#list(type, parts),
  } as unknown as Ledger;

  models(draw?: (below: number) => number): Models {
    const ledgers = { service: this.#service } as Ledgers;
    return new Models({}, { ledgers, lineage: {} as Lineage, ...(draw ? { draw } : {}) });
  }

  async *#list(type: RecordType, parts: string[]): AsyncGenerator<RecordOf<RecordType>> {
    this.reads++;
    await Promise.resolve();
    if (parts.length > 0 && parts[0] !== 'poet') return;
    const records =
      type === 'model'
        ? [...this.versions].map(([version, state]) => ({ model: 'poet', version, state }))
        : [...this.aliases].map(([alias, value]) => ({ model: 'poet', alias, ...value }));
    for (const record of records) yield record as unknown as RecordOf<RecordType>;
  }
}

describe('what a caller means by a name', () => {
  let shelf: Shelf;
  beforeEach(() => {
    shelf = new Shelf();
    for (const version of [1, 2, 3]) shelf.versions.set(version, 'approved');
  });
  afterEach(() => jest.restoreAllMocks());

  const versionOf = async (models: Models, name = 'poet') => (await models.resolve(name)).version;
  /** Every draw there is, once each: what a share of the requests is to the last one. */
  const everyDraw = async (name = 'poet') => {
    let next = 0;
    const models = shelf.models(() => next++);
    const counts = new Map<number, number>();
    for (let request = 0; request < WHOLE; request++) {
      const version = await versionOf(models, name);
      counts.set(version, (counts.get(version) ?? 0) + 1);
    }
    return Object.fromEntries(counts);
  };

  test('without aliases a bare name is the latest approved version', async () => {
    shelf.versions.set(4, 'candidate');
    shelf.versions.set(5, 'revoked');
    expect(await versionOf(shelf.models())).toBe(3);
    shelf.aliases.set('production', { version: null });
    expect(await versionOf(shelf.models())).toBe(3);
  });

  test('with an alias it is what production points at, also after a roll-back', async () => {
    shelf.aliases.set('production', { version: 2 });
    expect(await everyDraw()).toEqual({ 2: WHOLE });
    shelf.aliases.set('production', { version: 1 });
    expect(await everyDraw()).toEqual({ 1: WHOLE });
  });

  test('a roll-back is seen once what was believed is old', async () => {
    shelf.aliases.set('production', { version: 2 });
    const models = shelf.models();
    expect(await versionOf(models)).toBe(2);
    shelf.aliases.set('production', { version: 1 });
    const now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now + BELIEF + 1);
    expect(await versionOf(models)).toBe(1);
  });

  test.each([1, 100, 2_500, 9_999, 10_000])(
    'a canary of %d basis points takes just that many requests',
    async (weight) => {
      shelf.aliases.set('production', { version: 1 });
      shelf.aliases.set('canary', { version: 3, weight });
      const counts = await everyDraw();
      expect(counts[3]).toBe(weight);
      expect(counts[1] ?? 0).toBe(WHOLE - weight);
    },
  );

  test('whatever the weight, a draw below it goes to the canary and no other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: WHOLE }), fc.nat(WHOLE - 1), async (weight, drawn) => {
        shelf.aliases.set('production', { version: 1 });
        shelf.aliases.set('canary', { version: 3, weight });
        expect(await versionOf(shelf.models(() => drawn))).toBe(drawn < weight ? 3 : 1);
      }),
    );
  });

  test('the gateway draws evenly: of 4,000 requests a canary of a quarter takes about a thousand', async () => {
    shelf.aliases.set('production', { version: 1 });
    shelf.aliases.set('canary', { version: 3, weight: 2_500 });
    const models = shelf.models();
    let taken = 0;
    for (let request = 0; request < 4_000; request++) if ((await versionOf(models)) === 3) taken++;
    // Nine standard deviations (27.4 each): it fails by chance less than once in 10^18 runs.
    expect(Math.abs(taken - 1_000)).toBeLessThan(247);
  });

  test('a canary that points nowhere, or at a version that is revoked, takes nothing', async () => {
    shelf.aliases.set('production', { version: 1 });
    shelf.aliases.set('canary', { version: null });
    expect(await everyDraw()).toEqual({ 1: WHOLE });
    shelf.aliases.set('canary', { version: 3, weight: WHOLE });
    for (const state of ['revoked', 'retired', 'candidate'] as const) {
      shelf.versions.set(3, state);
      expect(await everyDraw()).toEqual({ 1: WHOLE });
    }
  });

  test('an alias or a version that is named is that one, whatever the canary takes', async () => {
    shelf.aliases.set('production', { version: 1 });
    shelf.aliases.set('canary', { version: 3, weight: WHOLE });
    expect(await versionOf(shelf.models(), 'poet:production')).toBe(1);
    expect(await versionOf(shelf.models(), 'poet:canary')).toBe(3);
    expect(await versionOf(shelf.models(), 'poet@2')).toBe(2);
  });

  test('an alias that points at a revoked version is refused by name, and asked for again each time', async () => {
    shelf.aliases.set('production', { version: 2 });
    shelf.versions.set(2, 'revoked');
    const models = shelf.models();
    await expect(models.resolve('poet:production')).rejects.toThrowWithCode('not_found', { model: 'poet:production' });
    shelf.versions.set(2, 'approved');
    expect(await versionOf(models, 'poet:production')).toBe(2);
  });

  test.each<[string, State | undefined, string]>([
    ['poet@2', 'revoked', 'wrong_state'],
    ['poet@2', 'retired', 'wrong_state'],
    ['poet@2', 'candidate', 'wrong_state'],
    ['poet@9', undefined, 'not_found'],
    ['poet:canary', undefined, 'not_found'],
    ['bard', undefined, 'not_found'],
    ['poet@0', undefined, 'not_found'],
    ['poet@', undefined, 'not_found'],
    ['poet:staging', undefined, 'not_found'],
    ['poet@1:canary', undefined, 'not_found'],
    ['', undefined, 'not_found'],
    ['Poet', undefined, 'not_found'],
    ['../poet', undefined, 'not_found'],
  ])('%s, version 2 being %s, is %s', async (name, state, code) => {
    if (state) shelf.versions.set(2, state);
    await expect(shelf.models().resolve(name)).rejects.toThrowWithCode(code);
  });

  test('many requests at a time read the ledger once', async () => {
    shelf.aliases.set('production', { version: 1 });
    const models = shelf.models();
    await Promise.all(Array.from({ length: 100 }, () => models.resolve('poet')));
    expect(shelf.reads).toBeLessThanOrEqual(2);
  });
});
