import fc from 'fast-check';
import { sha256Hex } from '../crypto/hash';
import type { Grant } from '../records/grant';
import type { Licence, Permission, Work } from '../records/work';
import { grantStands, mayRead, mayRetain } from './access';

const WORK = sha256Hex('a verse');
const stamps = { createdTx: '', updatedTx: '' };
const work = (more: Partial<Work> = {}): Work => ({
  schema: 'work/1',
  sha256: WORK,
  title: 'a verse',
  creators: [{ person: 'ann', share: 10_000 }],
  medium: 'text',
  bytes: 7,
  preference: { generative_training: 'constrained' },
  state: 'registered',
  shares: [{ holder: 'artist:GuildMSP:ann', share: 10_000 }],
  disputes: [],
  formerOwners: [],
  licences: [],
  owner: { member: 'GuildMSP', person: 'ann' },
  ...stamps,
  ...more,
});
const grant = (more: Partial<Grant> = {}): Grant => ({
  schema: 'grant/1',
  grant: 'g',
  subject: { kind: 'work', work: WORK },
  purpose: 'reading',
  until: 1_000,
  grantee: 'LabMSP',
  state: 'granted',
  owner: { member: 'LabMSP' },
  ...stamps,
  ...more,
});
const licence = (more: Partial<Licence> = {}): Licence => ({
  schema: 'licence/1',
  licence: 'l',
  works: [WORK],
  licensee: 'LabMSP',
  uses: ['generative_training'],
  from: 0,
  until: 1_000,
  price: 0,
  weight: 100,
  owner: { member: 'GuildMSP', person: 'ann' },
  state: 'active',
  ...stamps,
  ...more,
});
const none = { licences: [], grants: [] };

test.each([
  ['the owner', mayRead(work({ state: 'withdrawn', disputes: ['d'] }), 'GuildMSP', none, 0), { kind: 'owner' }],
  [
    'anyone, where all may',
    mayRead(work({ preference: { generative_training: 'allowed' } }), 'X', none, 0),
    { kind: 'preference' },
  ],
  ['a licensee', mayRead(work(), 'LabMSP', { ...none, licences: [licence()] }, 999), { kind: 'licence', licence: 'l' }],
  [
    'a grantee',
    mayRead(work({ preference: {} }), 'LabMSP', { ...none, grants: [grant()] }, 999),
    { kind: 'grant', grant: 'g' },
  ],
] as const)('%s may read', (_, ground, expected) => {
  expect(ground).toEqual(expected);
});

test('nobody else ever may: whatever the time, the state and the preference', () => {
  const permission = fc.constantFrom<Permission | undefined>('not_allowed', 'constrained', undefined);
  const end = fc.option(fc.integer({ min: 0, max: 2_000 }), { nil: null });
  fc.assert(
    fc.property(
      fc.record({
        permission,
        withdrawn: fc.boolean(),
        disputed: fc.boolean(),
        now: fc.integer({ min: 0, max: 3_000 }),
        grant: fc.record({
          state: fc.constantFrom<Grant['state']>('requested', 'granted', 'denied', 'revoked', 'expired'),
          until: end,
          grantee: fc.constantFrom('LabMSP', 'ArchiveMSP'),
        }),
        licence: fc.record({
          state: fc.constantFrom<Licence['state']>('offered', 'active', 'expired', 'revoked'),
          until: end,
          irrevocable: fc.boolean(),
          licensee: fc.constantFrom('LabMSP', 'ArchiveMSP', '*'),
        }),
      }),
      (given) => {
        const subject = work({
          preference: given.permission ? { generative_training: given.permission } : {},
          state: given.withdrawn ? 'withdrawn' : 'registered',
          disputes: given.disputed ? ['d'] : [],
        });
        const held = { licences: [licence(given.licence)], grants: [grant(given.grant)] };
        const ground = mayRead(subject, 'LabMSP', held, given.now);
        if (!ground) return;
        expect(given.disputed).toBe(false);
        const over = ({ until }: { until: number | null }): boolean => until !== null && until <= given.now;
        if (ground.kind === 'grant') {
          expect(given.withdrawn).toBe(false);
          expect([given.grant.state, given.grant.grantee, over(given.grant)]).toEqual(['granted', 'LabMSP', false]);
        } else {
          expect(ground.kind).toBe('licence');
          expect([given.licence.state, over(given.licence)]).toEqual(['active', false]);
          expect(given.licence.licensee).not.toBe('ArchiveMSP');
          expect(given.licence.irrevocable || (!given.withdrawn && given.permission === 'constrained')).toBe(true);
        }
      },
    ),
  );
});

test('a grant of another work or of a dataset opens nothing here', () => {
  const others: Grant[] = [
    grant({ subject: { kind: 'work', work: sha256Hex('another') } }),
    grant({ subject: { kind: 'dataset', dataset: 'verses', version: 1 } }),
  ];
  expect(mayRead(work(), 'LabMSP', { ...none, grants: others }, 0)).toBeUndefined();
});

test('a grant stands until its end', () => {
  expect(grantStands(grant(), 999)).toBe(true);
  expect(grantStands(grant(), 1_000)).toBe(false);
  expect(grantStands(grant({ until: null }), Number.MAX_SAFE_INTEGER)).toBe(true);
});

test('a copy is retained by an irrevocable licence in force alone', () => {
  const erased = work({ state: 'withdrawn' });
  expect(mayRetain(erased, 'LabMSP', [licence()], 0)).toBeUndefined();
  const forGood = licence({ irrevocable: true });
  expect(mayRetain(erased, 'LabMSP', [forGood], 999)).toBe(forGood);
  expect(mayRetain(erased, 'LabMSP', [forGood], 1_000)).toBeUndefined();
  expect(mayRetain(erased, 'ArchiveMSP', [forGood], 0)).toBeUndefined();
  expect(mayRetain({ ...erased, disputes: ['d'] }, 'LabMSP', [forGood], 0)).toBeUndefined();
});
