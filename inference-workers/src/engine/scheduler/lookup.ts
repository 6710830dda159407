/** Tokens at the end that are looked for earlier in the text, the longest first. */
const LONGEST_MATCH = 3;
const SHORTEST_MATCH = 2;

/**
 * What may follow, guessed from what followed the same last tokens before: prompt look-up decoding (Saxena 2023). A guess
 * costs little and changes nothing: each token is drawn as ever, and what was not guessed right is thrown away.
 * @param most tokens of the guess
 */
export function lookUp(tokens: readonly number[], most: number): number[] {
  for (let length = LONGEST_MATCH; length >= SHORTEST_MATCH; length--) {
    const end = tokens.length - length;
    for (let start = end - 1; start >= 0; start--) {
      let same = 0;
      while (same < length && tokens[start + same] === tokens[end + same]) same++;
      if (same === length) return tokens.slice(start + length, start + length + most);
    }
  }
  return [];
}
