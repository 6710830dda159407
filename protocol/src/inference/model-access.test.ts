import fc from 'fast-check';
import type { AccessPolicy } from '../records/model-access';
import { couldCall, demandCallable, mayCall } from './model-access';

const MEMBERS = ['GuildMSP', 'ArchiveMSP', 'LabMSP', 'ComputeMSP'] as const;
const owner = { member: 'LabMSP' };
const member = fc.constantFrom(...MEMBERS);
const policy: fc.Arbitrary<AccessPolicy> = fc.oneof(
  fc.constant({ callers: 'everyone' as const }),
  fc.constant({ callers: 'owner' as const }),
  fc.uniqueArray(member, { minLength: 1 }).map((members) => ({ callers: 'members' as const, members })),
);

test('the owner always may, the listed members may, and nobody else unless everyone may', () => {
  fc.assert(
    fc.property(policy, member, (inForce, caller) => {
      const listed = inForce.callers === 'members' && inForce.members.includes(caller);
      const expected = caller === owner.member || inForce.callers === 'everyone' || listed;
      expect(mayCall({ policy: inForce, former: [], owner }, caller)).toBe(expected);
    }),
  );
  expect(mayCall(undefined, 'GuildMSP')).toBe(true);
});

test('what is judged by its time is judged by the policies that were in force then, whatever came later', () => {
  fc.assert(
    fc.property(fc.array(policy, { minLength: 1, maxLength: 6 }), member, fc.nat({ max: 700 }), (all, caller, at) => {
      // The n-th policy is in force from 100 n on.
      const former = all.slice(0, -1).map((each, index) => ({ policy: each, until: 100 * (index + 1) }));
      const access = { policy: all.at(-1)!, former, owner };
      const inForce = all.filter((_, index) => {
        const until = index === all.length - 1 ? Infinity : 100 * (index + 1);
        return until >= at && (index === 0 || 100 * index <= at);
      });
      const expected = inForce.some((each) => mayCall({ policy: each, former: [], owner }, caller));
      expect(couldCall(access, caller, { from: at, to: at })).toBe(expected);
    }),
  );
});

test('near a change either policy counts, and beyond it only the one of then', () => {
  const access = {
    policy: { callers: 'owner' as const },
    former: [{ policy: { callers: 'everyone' as const }, until: 1_000 }],
    owner,
  };
  expect(couldCall(access, 'GuildMSP', { from: 970, to: 1_030 })).toBe(true);
  expect(couldCall(access, 'GuildMSP', { from: 1_001, to: 1_061 })).toBe(false);
  expect(couldCall(undefined, 'GuildMSP', { from: 0, to: 0 })).toBe(true);
});

test('a refusal says whom to ask', () => {
  const access = { policy: { callers: 'owner' as const }, former: [], owner };
  expect(() => {
    demandCallable(access, { model: 'poet', version: 1 }, 'GuildMSP');
  }).toThrow('Ask LabMSP for leave');
});
