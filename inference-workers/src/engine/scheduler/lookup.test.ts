import { lookUp } from './lookup';

test('what followed the same tokens is the guess, after the longest match and the latest', () => {
  expect(lookUp([1, 2, 3, 9, 8, 1, 2, 3], 2)).toEqual([9, 8]);
  expect(lookUp([5, 1, 2, 7, 6, 1, 2, 8, 4, 1, 2], 1)).toEqual([8]);
  expect(lookUp([0, 1, 2, 7, 3, 1, 2, 8, 0, 1, 2], 3)).toEqual([7, 3, 1]);
});

test('a guess is no longer than what is known, and nothing where nothing is alike', () => {
  expect(lookUp([4, 4, 4], 5)).toEqual([4]);
  expect(lookUp([1, 2, 3, 4], 3)).toEqual([]);
  expect(lookUp([1], 3)).toEqual([]);
});
