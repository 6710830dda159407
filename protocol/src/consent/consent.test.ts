import fc from 'fast-check';
import { USES, type Licence, type Permission, type Work } from '../records/work';
import { consentTo, earlier, inForce, PLAIN_WEIGHT } from './consent';

const MEMBERS = ['ArchiveMSP', 'LabMSP'];
const digests = ['a', 'b'].map((letter) => letter.repeat(64));
const owner = fc.record({ member: fc.constantFrom('GuildMSP', 'ArchiveMSP'), person: fc.constantFrom('ann', 'will') });
const permission = fc.constantFrom<Permission>('allowed', 'not_allowed', 'constrained');
const use = fc.constantFrom(...USES);
const millis = fc.integer({ min: 0, max: 100 });

const work: fc.Arbitrary<Work> = fc.record({
  schema: fc.constant('work/1' as const),
  sha256: fc.constantFrom(...digests),
  title: fc.constant('a verse'),
  creators: fc.constant([{ person: 'ann', share: 10_000 }]),
  medium: fc.constant('text' as const),
  bytes: fc.constant(1),
  preference: fc.record(
    { training: permission, generative_training: permission, inference: permission, mining: permission },
    { requiredKeys: [] },
  ),
  state: fc.constant('registered' as const),
  shares: fc.constant([{ holder: 'artist:GuildMSP:ann' as const, share: 10_000 }]),
  disputes: fc.constant([]),
  formerOwners: fc.constant([]),
  licences: fc.constant([]),
  owner,
  createdTx: fc.constant('t'),
  updatedTx: fc.constant('t'),
});
const licence: fc.Arbitrary<Licence> = fc.record({
  schema: fc.constant('licence/1' as const),
  licence: fc.constant('l1'),
  works: fc.subarray(digests, { minLength: 1 }),
  licensee: fc.constantFrom('*', ...MEMBERS),
  uses: fc.subarray([...USES], { minLength: 1 }),
  from: millis,
  until: fc.option(millis),
  price: fc.constant(0),
  weight: fc.integer({ min: 1, max: 10_000 }),
  state: fc.constantFrom('offered' as const, 'active' as const, 'revoked' as const),
  owner,
  createdTx: fc.constant('t'),
  updatedTx: fc.constant('t'),
});
const random = fc.tuple(use, work, fc.option(licence, { nil: undefined }), fc.constantFrom(...MEMBERS), millis);
/** A licence that covers everything but perhaps the time. */
const fitting = fc
  .tuple(use, work, licence, fc.constantFrom(...MEMBERS), millis)
  .map(([of, one, held, licensee, now]): [typeof of, Work, Licence, string, number] => [
    of,
    { ...one, preference: { ...one.preference, [of]: 'constrained' } },
    { ...held, owner: one.owner, works: [one.sha256], uses: [of], licensee: '*', state: 'active' },
    licensee,
    now,
  ]);
const asked = fc.oneof(random, fitting);

test('an irrevocable licence in force outlives a later preference and a withdrawal, and nothing else does', () => {
  fc.assert(
    fc.property(fitting, fc.boolean(), fc.boolean(), ([of, one, held, licensee, now], irrevocable, withdrawn) => {
      const given = { ...held, irrevocable };
      const refusing: Work = { ...one, ...(withdrawn ? { state: 'withdrawn' } : { preference: {} }) };
      const consent = consentTo(of, refusing, given, licensee, now);
      if (irrevocable && inForce(given, now)) expect(consent).toMatchObject({ granted: true, weight: held.weight });
      else expect(consent).toEqual({ granted: false, reason: withdrawn ? 'withdrawn' : 'not_allowed' });
    }),
  );
});

test('while a work is disputed nobody may use it, whatever licence they have', () => {
  fc.assert(
    fc.property(asked, fc.boolean(), ([of, one, held, licensee, now], irrevocable) => {
      const disputed = { ...one, disputes: ['d1'] };
      const licence = held && { ...held, irrevocable };
      expect(consentTo(of, disputed, licence, licensee, now)).toEqual({ granted: false, reason: 'disputed' });
    }),
  );
});

test('what an earlier owner licensed stays licensed', () => {
  fc.assert(
    fc.property(fitting, ([of, one, held, licensee, now]) => {
      const sold = { ...one, owner: { member: 'ComputeMSP' }, formerOwners: [one.owner] };
      expect(consentTo(of, sold, held, licensee, now)).toEqual(consentTo(of, one, held, licensee, now));
      const stranger = { ...one, owner: { member: 'ComputeMSP' } };
      expect(consentTo(of, stranger, held, licensee, now)).toEqual({ granted: false, reason: 'licence_not_of_owner' });
    }),
  );
});

test('what the artist did not say, or forbade, no revocable licence makes allowed', () => {
  fc.assert(
    fc.property(asked, ([of, one, held, licensee, now]) => {
      fc.pre((one.preference[of] ?? 'not_allowed') === 'not_allowed');
      expect(consentTo(of, one, held, licensee, now)).toEqual({ granted: false, reason: 'not_allowed' });
    }),
  );
});

test('`constrained` is granted just when a licence of the owner covers work, use, licensee and time', () => {
  fc.assert(
    fc.property(asked, ([of, one, held, licensee, now]) => {
      const constrained = { ...one, preference: { ...one.preference, [of]: 'constrained' as const } };
      const covers =
        held?.owner.member === one.owner.member &&
        held.owner.person === one.owner.person &&
        held.works.includes(one.sha256) &&
        held.uses.includes(of) &&
        ['*', licensee].includes(held.licensee) &&
        held.state === 'active' &&
        held.from <= now &&
        now < (held.until ?? Infinity);
      const consent = consentTo(of, constrained, held, licensee, now);
      expect(consent.granted).toBe(covers);
      if (consent.granted) expect(consent).toMatchObject({ weight: held?.weight, until: held?.until });
    }),
    { numRuns: 2_000 },
  );
});

test('a licence out of force never grants anything', () => {
  fc.assert(
    fc.property(asked, licence, ([of, one, , licensee, now], held) => {
      fc.pre(!inForce(held, now));
      expect(consentTo(of, one, held, licensee, now).granted).toBe(false);
    }),
  );
});

test('what is allowed needs no licence, but one that is named has to be right', () => {
  fc.assert(
    fc.property(asked, ([of, one, , licensee, now]) => {
      const allowed = { ...one, preference: { [of]: 'allowed' as const } };
      expect(consentTo(of, allowed, undefined, licensee, now)).toEqual({
        granted: true,
        weight: PLAIN_WEIGHT,
        until: null,
      });
      expect(consentTo(of, allowed, null, licensee, now)).toEqual({ granted: false, reason: 'licence_unknown' });
    }),
  );
});

test('once granted, consent holds until its end and not a moment longer', () => {
  fc.assert(
    fc.property(fitting, fc.integer({ min: 1, max: 100 }), ([of, one, held, licensee], until) => {
      const ending = { ...held, from: 0, until };
      expect(consentTo(of, one, ending, licensee, until - 1)).toEqual({ granted: true, weight: held.weight, until });
      expect(consentTo(of, one, ending, licensee, until).granted).toBe(false);
    }),
  );
});

test('a work that is not registered may not be used', () => {
  expect(consentTo('training', undefined, undefined, 'LabMSP', 0)).toEqual({
    granted: false,
    reason: 'not_registered',
  });
});

test('the earlier of two ends', () => {
  const end = fc.option(millis);
  fc.assert(
    fc.property(end, end, (a, b) => {
      const least = Math.min(a ?? Infinity, b ?? Infinity);
      expect(earlier(a, b)).toBe(least === Infinity ? null : least);
    }),
  );
});
