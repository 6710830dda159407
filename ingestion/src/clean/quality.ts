/** Bounds of the quality filter. */
export interface QualityBounds {
  fewestWords: number;
  mostWords: number;
  /** Whether the rules beyond the lengths apply. */
  rules: boolean;
}

const STOP_WORDS: ReadonlySet<string> = new Set(['the', 'be', 'to', 'of', 'and', 'that', 'have', 'with']);
const SPACE = /\s+/u;
const LETTER = /\p{L}/u;
/** Scripts that part no words: their characters are counted. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}]/gu;

/** Parts of a text that may stand in duplicated n-grams, by n; and in the most frequent one. */
const MOST_DUPLICATED = new Map([
  [5, 0.15],
  [6, 0.14],
  [7, 0.13],
  [8, 0.12],
  [9, 0.11],
  [10, 0.1],
]);
const MOST_IN_TOP = new Map([
  [2, 0.2],
  [3, 0.18],
  [4, 0.16],
]);

function share(lines: readonly string[], holds: (line: string) => boolean): number {
  return lines.length === 0 ? 0 : lines.filter(holds).length / lines.length;
}

/** Part of a list that repeats what stood before it. */
function duplicates(parts: readonly string[]): number {
  return parts.length === 0 ? 0 : 1 - new Set(parts).size / parts.length;
}

/**
 * Why a text is not worth training on, after the rules of Gopher (Rae et al. 2021, arXiv 2112.11446, appendix A.1.1), with
 * their thresholds; the lengths are the caller's.
 * @param language ISO 639-3; the rule of stop words holds for English alone
 * @returns the first rule that it breaks
 */
export function qualityRefusal(text: string, language: string, bounds: QualityBounds): string | undefined {
  const words = text.split(SPACE).filter((word) => word !== '');
  const unspaced = text.match(UNSPACED)?.length ?? 0;
  const count = words.length + unspaced;
  if (count < bounds.fewestWords) return 'too_few_words';
  if (count > bounds.mostWords) return 'too_many_words';
  if (!bounds.rules) return undefined;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (unspaced * 2 < text.length) {
    const mean = words.reduce((sum, word) => sum + word.length, 0) / words.length;
    if (mean < 3 || mean > 10) return 'word_length';
    if (share(words, (word) => LETTER.test(word)) < 0.8) return 'few_letters';
  }
  const symbols = text.match(/#|\.\.\.|…/g)?.length ?? 0;
  if (symbols > count * 0.1) return 'symbols';
  if (share(lines, (line) => /^\s*[•*\-–]\s/u.test(line)) > 0.9) return 'bullets';
  if (share(lines, (line) => /(?:…|\.\.\.)\s*$/u.test(line)) > 0.3) return 'ellipses';
  if (language === 'eng') {
    const found = new Set(words.map((word) => word.toLowerCase()).filter((word) => STOP_WORDS.has(word)));
    if (found.size < 2) return 'stop_words';
  }
  if (duplicates(lines) > 0.3) return 'duplicate_lines';
  if (duplicates(text.split(/\n{2,}/)) > 0.3) return 'duplicate_paragraphs';
  return repetition(words);
}

/** Duplicated n-grams: of 2 to 4 words the most frequent one, of 5 to 10 all together, by their parts of the characters. */
function repetition(words: readonly string[]): string | undefined {
  const ids = new Map<string, number>();
  const numbers = words.map((word) => {
    const known = ids.get(word);
    if (known !== undefined) return known;
    ids.set(word, ids.size + 1);
    return ids.size;
  });
  const total = words.reduce((sum, word) => sum + word.length, 0);
  for (const [n, most] of MOST_IN_TOP) {
    const counts = new Map<number, number>();
    let top = { count: 1, at: 0 };
    each(numbers, n, (gram, at) => {
      const count = (counts.get(gram) ?? 0) + 1;
      counts.set(gram, count);
      if (count > top.count) top = { count, at };
    });
    if (top.count === 1) return undefined;
    if (top.count * lengthOf(words, top.at, n) > most * total) return `top_${n}_gram`;
  }
  for (const [n, most] of MOST_DUPLICATED) {
    const seen = new Set<number>();
    let [characters, covered] = [0, 0];
    each(numbers, n, (gram, at) => {
      if (!seen.has(gram)) {
        seen.add(gram);
        return;
      }
      // Words that two duplicated n-grams share count once.
      const from = Math.max(at, covered);
      characters += lengthOf(words, from, at + n - from);
      covered = at + n;
    });
    if (characters === 0) return undefined;
    if (characters > most * total) return `duplicate_${n}_grams`;
  }
  return undefined;
}

function lengthOf(words: readonly string[], from: number, count: number): number {
  let length = 0;
  for (let index = from; index < from + count; index++) length += words[index]!.length;
  return length;
}

/** Every n-gram's hash of 53 bits, which is exact enough for one text, and where it begins. */
function each(numbers: readonly number[], n: number, tell: (gram: number, at: number) => void): void {
  for (let at = 0; at + n <= numbers.length; at++) {
    let [low, high] = [0x811c9dc5, 0x1b873593];
    for (let index = at; index < at + n; index++) {
      low = Math.imul(low ^ numbers[index]!, 0x01000193);
      high = Math.imul(high ^ numbers[index]!, 0x85ebca6b) ^ (high >>> 13);
    }
    tell((low >>> 0) * 0x200000 + (high & 0x1fffff), at);
  }
}
