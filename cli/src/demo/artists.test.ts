import { attributed } from './artists';
import { isOffered } from './rights';

const passages = (count: number, name: string) =>
  Array.from({ length: count }, (_, index) => ({ title: `${name} ${index}`, text: `${name} ${index}\n` }));

test('every passage has an artist whose shares are whole, and only the last sonnet says no', () => {
  const all = attributed(passages(154, 'sonnet'), passages(26, 'scene'));
  expect(all).toHaveLength(180);
  for (const { artist } of all) expect(artist.creators.reduce((sum, { share }) => sum + share, 0)).toBe(10_000);
  expect(all.filter((passage) => !isOffered(passage)).map(({ title }) => title)).toEqual(['sonnet 153']);
});
