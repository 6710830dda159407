/** Scripts that put no space between words: each of their characters counts as a word. */
const UNSPACED = '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}';
const WORD = new RegExp(`[${UNSPACED}]|(?:(?![${UNSPACED}])[\\p{L}\\p{M}\\p{N}])+`, 'gu');
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * The words of a text as fingerprints see them. What readers do not notice makes no difference: compatibility forms and
 * decompositions (Unicode NFKC), case (upper case and then lower, so that ß is ss and both small sigmas are one), white
 * space, punctuation, invisible characters. After Unicode's NFKC_Casefold (UAX #31), with words of letters, marks and digits.
 */
export function wordsOf(text: string): string[] {
  const folded = text.normalize('NFKC').replace(INVISIBLE, '').toUpperCase().toLowerCase().normalize('NFKC');
  return folded.match(WORD) ?? [];
}
