import fc from 'fast-check';
import { Permission, USES, type Preference, type Signal } from '../records/work';
import { mostRestrictive, stricter } from './preference';

const preference: fc.Arbitrary<Preference> = fc.record(
  Object.fromEntries(USES.map((use) => [use, fc.constantFrom(...Permission.options)])),
  { requiredKeys: [] },
);
const signal: fc.Arbitrary<Signal> = fc.record({
  source: fc.constantFrom('iptc' as const, 'tdmrep' as const, 'aipref' as const),
  digest: fc.constant('0'.repeat(64)),
  preference,
});

test('what holds is never laxer than the owner or any signal, and just as strict as one of them', () => {
  fc.assert(
    fc.property(preference, fc.array(signal, { maxLength: 4 }), (declared, signals) => {
      const effective = mostRestrictive(declared, signals);
      for (const use of USES) {
        const said = [declared[use] ?? 'not_allowed', ...signals.flatMap((each) => each.preference[use] ?? [])];
        expect(said).toContain(effective[use] ?? 'not_allowed');
        for (const each of said)
          expect(stricter({ [use]: each }, { [use]: effective[use] ?? 'not_allowed' })).toBe(false);
      }
    }),
  );
});

test('order and repetition of signals change nothing', () => {
  fc.assert(
    fc.property(preference, fc.array(signal, { maxLength: 4 }), (declared, signals) => {
      const effective = mostRestrictive(declared, signals);
      expect(mostRestrictive(declared, [...signals, ...signals].reverse())).toEqual(effective);
      expect(mostRestrictive(effective, signals)).toEqual(effective);
    }),
  );
});

test('a use that nobody speaks of is not allowed, so silence is stricter than leave', () => {
  expect(stricter({}, { mining: 'allowed' })).toBe(true);
  expect(stricter({ mining: 'allowed' }, {})).toBe(false);
  expect(stricter({ mining: 'not_allowed' }, {})).toBe(false);
});
