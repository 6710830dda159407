import type { Alias, ModelVersion } from '@llmchain/protocol';
import fc from 'fast-check';
import { demandAnchorable, demandApprovable, ended, pointed } from './model-state';

type State = ModelVersion['state'];
const state = fc.constantFrom<State>('candidate', 'approved', 'retired', 'revoked');
const version = (of: State, number = 1) => ({ model: 'poet', version: number, state: of }) as ModelVersion;
const name = fc.constantFrom<Alias['alias']>('production', 'canary');

/** What `act` gives, or the code that it throws. */
function outcome<T>(act: () => T): T | string {
  try {
    return act();
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test('a version never comes back from where it ended', () => {
  const order: State[] = ['candidate', 'approved', 'retired', 'revoked'];
  fc.assert(
    fc.property(
      state,
      fc.constantFrom('retire', 'revoke'),
      fc.subarray(['production', 'canary'] as const),
      (from, kind, aliases) => {
        const next = outcome(() => ended(from, kind, aliases));
        const refused = from === 'revoked' || (kind === 'retire' && (from === 'retired' || aliases.length > 0));
        expect(next).toBe(refused ? 'wrong_state' : kind === 'retire' ? 'retired' : 'revoked');
        if (!refused) expect(order.indexOf(next as State)).toBeGreaterThan(order.indexOf(from));
      },
    ),
  );
});

test('what may be anchored was approved once and is not revoked; what may be approved has not ended', () => {
  fc.assert(
    fc.property(state, (of) => {
      const anchorable = outcome(() => {
        demandAnchorable(version(of));
      });
      const approvable = outcome(() => {
        demandApprovable(version(of));
      });
      expect(anchorable).toBe(of === 'approved' || of === 'retired' ? undefined : 'wrong_state');
      expect(approvable).toBe(of === 'candidate' || of === 'approved' ? undefined : 'wrong_state');
    }),
  );
});

test('an alias points only at approved versions, moves every time, counts its values, and weighs only as a canary', () => {
  const move = fc.record({
    version: fc.option(fc.integer({ min: 1, max: 3 })),
    weight: fc.option(fc.integer({ min: 1, max: 10_000 }), { nil: undefined }),
    state,
  });
  fc.assert(
    fc.property(name, fc.array(move, { maxLength: 20 }), (alias, moves) => {
      let now: Alias | undefined;
      let values = 0;
      for (const { version: to, weight, state: of } of moves) {
        const motion = { kind: 'alias' as const, model: 'poet', alias, version: to, ...(weight ? { weight } : {}) };
        const next = outcome(() => pointed(now, motion, to === null ? undefined : version(of, to)));
        if (typeof next === 'string') {
          expect(['invalid_argument', 'wrong_state']).toContain(next);
          continue;
        }
        expect(next).toEqual({ version: to, ...(weight ? { weight } : {}), ordinal: ++values });
        expect(weight !== undefined).toBe(alias === 'canary' && to !== null);
        if (to !== null) expect(of).toBe('approved');
        expect([next.version, next.weight]).not.toEqual([now?.version ?? null, now?.weight]);
        now = next as Alias;
      }
    }),
  );
});
