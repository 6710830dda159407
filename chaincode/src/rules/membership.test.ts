import { Charter, ROLES } from '@llmchain/protocol';
import fc from 'fast-check';
import { CHARTER } from '../../../test/support/consortium';
import { amended, demandCharter, granted, joined, left, revoked } from './membership';

const role = fc.constantFrom(...ROLES.filter((one) => one !== 'admin'));
const member = fc.constantFrom('GuildMSP', 'ArchiveMSP', 'LabMSP', 'ComputeMSP');
const press = { member: 'PressMSP', name: 'press' };

const change = fc.oneof(
  fc.nat(20).map((n) => (now: Charter) => joined(now, { member: `Member${n}MSP`, name: `member${n}` })),
  fc.nat(20).map((n) => (now: Charter) => left(now, `Member${n}MSP`)),
  member.map((who) => (now: Charter) => left(now, who)),
  fc.tuple(member, role).map(
    ([who, which]) =>
      (now: Charter) =>
        granted(now, who, which),
  ),
  fc.tuple(member, role).map(
    ([who, which]) =>
      (now: Charter) =>
        revoked(now, who, which),
  ),
  fc.integer({ min: 1, max: 30 }).map((verifiersNeeded) => (now: Charter) => amended(now, { verifiersNeeded })),
);

test('no sequence of decisions makes a consortium that could not have been founded', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      let now = CHARTER;
      for (const next of changes) {
        try {
          now = next(now);
        } catch (error) {
          expect(error).toHaveProperty('code');
        }
        expect(demandCharter(now)).toBe(now);
        expect(Charter.safeParse(now).success).toBe(true);
        for (const { roles } of now.members) if (roles) expect(roles).toContain('admin');
      }
    }),
  );
});

test('a role that is taken and given back leaves what there was', () => {
  fc.assert(
    fc.property(member, role, (who, which) => {
      const without = revoked(CHARTER, who, which);
      expect(without.members.find((one) => one.member === who)?.roles).not.toContain(which);
      expect(granted(without, who, which).members.find((one) => one.member === who)?.roles).toEqual([...ROLES]);
    }),
  );
});

test('who joins and leaves leaves no trace', () => {
  expect(left(joined(CHARTER, press), 'PressMSP')).toEqual(CHARTER);
});

test('as many verifiers as there are rivals stay', async () => {
  const strict = amended(joined(CHARTER, press), { verifiersNeeded: 4 });
  await expect(() => left(strict, 'PressMSP')).toThrowWithCode('wrong_state', { fewest: 5 });
});
