import { InvalidArgumentError } from 'commander';
import {
  account,
  count,
  creator,
  datasetVersion,
  digest,
  identifier,
  memberName,
  memberNames,
  moment,
  permission,
  several,
  workerCounts,
} from './values';

test.each([
  [() => count('-1')],
  [() => count('')],
  [() => count('1e400')],
  [() => identifier('../ann')],
  [() => identifier('')],
  [() => digest('A'.repeat(64))],
  [() => account('guild')],
  [() => permission('everything=allowed')],
  [() => permission('training')],
  [() => permission('training=perhaps')],
  [() => creator('ann')],
  [() => creator('ann=0')],
  [() => creator('ann=10001')],
  [() => datasetVersion('verses')],
  [() => datasetVersion('verses@0')],
  [() => datasetVersion('Verses@1')],
  [() => moment('tomorrow')],
  [() => moment('2027-13-01')],
  [() => moment('1')],
  [() => memberName('eve')],
  [() => memberNames('lab')],
  [() => memberNames('lab,lab')],
  [() => memberNames('lab,eve')],
  [() => workerCounts('')],
  [() => workerCounts('compute')],
  [() => workerCounts('nobody=2')],
  [() => workerCounts('constructor=2')],
  [() => workerCounts('compute=0')],
  [() => workerCounts('compute=9')],
  [() => workerCounts('compute=1e0')],
  [() => workerCounts('compute=-1')],
  [() => workerCounts('compute=2,')],
  [() => workerCounts('compute=2,compute=3')],
  [() => workerCounts('compute=3', { compute: 2 })],
])('refuses %s', (read) => {
  expect(read).toThrow(InvalidArgumentError);
});

test('reads what is right', () => {
  expect(permission('mining=allowed', { training: 'constrained' })).toEqual({
    training: 'constrained',
    mining: 'allowed',
  });
  expect(creator('ann=6000')).toEqual({ person: 'ann', share: 6_000 });
  expect(datasetVersion('verses@12')).toEqual({ dataset: 'verses', version: 12 });
  expect(moment('2027-01-31')).toBe(Date.UTC(2027, 0, 31));
  expect(moment('2027-01-31T12:00:00+01:00')).toBe(Date.UTC(2027, 0, 31, 11));
  expect(memberNames('compute, lab')).toEqual(['compute', 'lab']);
  expect(workerCounts('compute=2, lab=3', { guild: 1 })).toEqual({ guild: 1, compute: 2, lab: 3 });
  expect(several(count)('2', several(count)('1'))).toEqual([1, 2]);
});
