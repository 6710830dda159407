/**
 * One form for one text: line feeds as line ends, Unicode NFC, no control characters but line feed, tab and form feed
 * (which parts pages, see `boilerplate`), no zero-width spaces, soft hyphens, byte order marks or changes of writing
 * direction, no halves of surrogate pairs, no space at the ends of lines, at most two empty lines together. Repeating it
 * changes nothing.
 */
export function normaliseText(text: string): string {
  return text
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(/[\p{Surrogate}\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]|(?![\n\t\f])\p{Cc}/gu, '')
    .normalize('NFC')
    .replace(/[^\S\n\f]+$/gm, '')
    .replace(/\n{4,}/g, '\n\n\n')
    .trim();
}
