import { splitScenes } from './scenes';
import { splitSonnets } from './sonnets';

test('sonnets are split at their numerals, lines trimmed, each ending in one newline', () => {
  const text =
    'THE SONNETS\nby William Shakespeare\n\nI\n\nFrom fairest creatures,\n  To eat the due.\n\n\n II \n\nWhen forty winters\n';
  expect(splitSonnets(text)).toEqual([
    { title: 'Sonnet I', text: 'From fairest creatures,\nTo eat the due.\n' },
    { title: 'Sonnet II', text: 'When forty winters\n' },
  ]);
});

test('text without numerals holds no sonnet', () => {
  expect(splitSonnets('THE SONNETS\nby William Shakespeare\n')).toEqual([]);
});

test('scenes are split by act and scene, without what stands before the first', () => {
  const text =
    'MACBETH\n\nSCENE: In Scotland.\n\nACT I.\n\nSCENE I. A Place.\n\n[Enter.]\n\n\n\nSCENE II. A Camp.\n\nBlood.\n\nACT II.\n\nSCENE I. Court.\n\nNight.\n';
  expect(splitScenes('Macbeth', text)).toEqual([
    { title: 'Macbeth, act I, scene I', text: 'A Place.\n\n[Enter.]\n' },
    { title: 'Macbeth, act I, scene II', text: 'A Camp.\n\nBlood.\n' },
    { title: 'Macbeth, act II, scene I', text: 'Court.\n\nNight.\n' },
  ]);
});
