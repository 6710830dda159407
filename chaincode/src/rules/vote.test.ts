import fc from 'fast-check';
import { majority, voted, type Ballot } from './vote';

const electorate = fc.integer({ min: 1, max: 12 }).map((size) => Array.from({ length: size }, (_, at) => `M${at}`));
const ballots = electorate.chain((members) =>
  fc.tuple(
    fc.constant(members),
    fc
      .shuffledSubarray(members)
      .chain((order) =>
        fc
          .array(fc.boolean(), { minLength: order.length, maxLength: order.length })
          .map((says) => order.map((member, at) => ({ member, approve: says[at]! }))),
      ),
  ),
);
const open = (members: string[]): Ballot => ({ electorate: members, votes: [], state: 'open' });

test('two majorities always share a member', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 1_000 }), (size) => majority(size) * 2 > size));
});

test('it is enacted with the vote that brings the majority, refused with the one after which that cannot come', () => {
  fc.assert(
    fc.property(ballots, ([members, votes]) => {
      let ballot = open(members);
      let [approvals, refusals] = [0, 0];
      for (const { member, approve } of votes) {
        if (ballot.state !== 'open') break;
        ballot = voted(ballot, member, approve);
        if (approve) approvals++;
        else refusals++;
        const needed = majority(members.length);
        const state =
          approvals >= needed
            ? 'enacted'
            : approvals + (members.length - approvals - refusals) < needed
              ? 'refused'
              : 'open';
        expect(ballot.state).toBe(state);
        expect(ballot.votes).toHaveLength(approvals + refusals);
      }
    }),
  );
});

test('when all have voted nothing is open', () => {
  fc.assert(
    fc.property(ballots, ([members, votes]) => {
      fc.pre(votes.length === members.length);
      let ballot = open(members);
      for (const { member, approve } of votes) if (ballot.state === 'open') ballot = voted(ballot, member, approve);
      expect(ballot.state).not.toBe('open');
    }),
  );
});

test('a vote stands: again it changes nothing, otherwise it is a conflict; strangers have none', async () => {
  await fc.assert(
    fc.asyncProperty(electorate, fc.boolean(), async (members, approve) => {
      const ballot = voted(open(members), 'M0', approve);
      expect(voted(ballot, 'M0', approve)).toEqual(ballot);
      await expect(() => voted(ballot, 'M0', !approve)).toThrowWithCode('conflict');
      await expect(() => voted(ballot, 'Stranger', approve)).toThrowWithCode('not_authorised');
    }),
  );
});
