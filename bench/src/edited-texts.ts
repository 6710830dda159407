import { text } from '@llmchain/cli/dist/demo/texts';
import { wordsOf } from '@llmchain/protocol';
import { dice } from './random';

/** Plays in modern and, where there is one, in the folio's spelling: hard for whoever takes likeness for sameness. */
const PLAYS = ['hamlet', 'macbeth', 'othello', 'lear', 'tempest', 'as_you_like_it', 'twelfth_night', 'richard_iii'];
const FOLIOS = ['hamlet', 'macbeth', 'lear', 'as_you_like_it'];
const PASSAGE = 200;
/** Parts of a thousand words of a copy that are replaced by others. */
const DEGREES = [5, 10, 20, 30, 40, 50, 80, 120];

/** How a copy is made of a passage; from light to heavy. */
const EDITS: readonly [name: string, edit: (words: readonly string[], roll: (below: number) => number) => string[]][] =
  [
    ...DEGREES.map((degree): (typeof EDITS)[number] => [
      `${degree / 10} % of words`,
      (words, roll) => words.map((word) => (roll(1_000) < degree ? words[roll(words.length)]! : word)),
    ]),
    ['last quarter cut', (words) => words.slice(0, Math.ceil(words.length * 0.75))],
    [
      'ten words put in',
      (words, roll) => {
        const at = roll(words.length);
        const put = Array.from({ length: 10 }, () => words[roll(words.length)]!);
        return [...words.slice(0, at), ...put, ...words.slice(at)];
      },
    ],
    ['halves exchanged', (words) => [...words.slice(words.length / 2), ...words.slice(0, words.length / 2)]],
  ];

/** Passages of plays, as words, and edited copies of one in three of them; the same in every run. @param most passages */
export async function editedTexts(most: number): Promise<string[][]> {
  const roll = dice(1_623);
  const names = [...PLAYS.map((play) => `${play}_gut.txt`), ...FOLIOS.map((play) => `${play}_gut_f.txt`)];
  const passages: string[][] = [];
  for (const name of names) {
    const words = wordsOf(await text(name));
    for (let at = 0; at + PASSAGE <= words.length && passages.length < most; at += PASSAGE)
      passages.push(words.slice(at, at + PASSAGE));
  }
  const copies = passages
    .filter((_, index) => index % 3 === 0)
    .flatMap((passage) => EDITS.map(([, edit]) => edit(passage, roll)));
  return [...passages, ...copies];
}
