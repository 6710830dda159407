import { expect } from '@jest/globals';
import { remembered } from './memo';

test('what is known is not worked out again, also when it is false, until others have taken its place', () => {
  const memo = remembered<boolean>(2);
  const asked: string[] = [];
  const ask = (key: string): boolean =>
    memo(key, () => {
      asked.push(key);
      return false;
    });
  for (const key of ['a', 'a', 'b', 'a', 'c', 'b', 'a']) expect(ask(key)).toBe(false);
  expect(asked).toEqual(['a', 'b', 'c', 'a']);
});

test('what threw is tried again', () => {
  const memo = remembered<number>(2);
  const fail = (): number => {
    throw new Error('no certificate');
  };
  expect(() => memo('a', fail)).toThrow('no certificate');
  expect(memo('a', () => 1)).toBe(1);
});
