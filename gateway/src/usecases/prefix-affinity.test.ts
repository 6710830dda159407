import { beginningOf, PrefixAffinity } from './prefix-affinity';

const long = 'Shall I compare thee to a summer’s day? '.repeat(30);

test('a worker that was given a prompt shares its beginning with prompts that begin alike', () => {
  const affinity = new PrefixAffinity();
  affinity.note('w1', beginningOf('s1', long));
  const other = beginningOf('s1', `${long.slice(0, 600)}another end${'.'.repeat(600)}`);
  expect(affinity.shared('w1', other)).toBe(512);
  expect(affinity.shared('w2', other)).toBe(0);
});

test('a prompt of another tenant never begins alike', () => {
  const affinity = new PrefixAffinity();
  affinity.note('w1', beginningOf('s1', long));
  expect(affinity.shared('w1', beginningOf('s2', long))).toBe(0);
});

test('what was given long ago is forgotten, from its end on', () => {
  const affinity = new PrefixAffinity();
  affinity.note('w1', beginningOf('s1', long));
  const whole = affinity.shared('w1', beginningOf('s1', long));
  for (let turn = 0; turn < 600; turn++) affinity.note('w1', beginningOf(`s${turn + 2}`, long));
  expect(affinity.shared('w1', beginningOf('s1', long))).toBe(0);
  expect(affinity.shared('w1', beginningOf('s601', long))).toBe(whole);
  affinity.forget('w1');
  expect(affinity.shared('w1', beginningOf('s601', long))).toBe(0);
});
