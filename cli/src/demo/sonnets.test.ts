import { splitSonnets } from './sonnets';

test('sonnets are split at their numerals, lines trimmed, each ending in one newline', () => {
  const text =
    'THE SONNETS\r\nby William Shakespeare\r\n\r\nI\r\n\r\nFrom fairest creatures,\r\n  To eat the due.\r\n\r\n\r\n II \r\n\r\nWhen forty winters\r\n';
  expect(splitSonnets(text)).toEqual([
    { number: 1, title: 'Sonnet I', text: 'From fairest creatures,\nTo eat the due.\n' },
    { number: 2, title: 'Sonnet II', text: 'When forty winters\n' },
  ]);
});

test('text without numerals holds no sonnet', () => {
  expect(splitSonnets('THE SONNETS\nby William Shakespeare\n')).toEqual([]);
});
