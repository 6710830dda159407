import { ARTISTS } from './artists';

test('every sonnet has exactly one artist, whose shares are whole', () => {
  for (let number = 1; number <= 154; number++) {
    expect(ARTISTS.filter(({ first, last }) => first <= number && number <= last)).toHaveLength(1);
  }
  for (const { creators } of ARTISTS) expect(creators.reduce((sum, { share }) => sum + share, 0)).toBe(10_000);
});
