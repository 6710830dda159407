import { UPPER_CHARACTERS, windows1252Byte } from './windows-1252';

const TAIL = `${UPPER_CHARACTERS.join('')}\\u00a0-\\u00bf`;

/**
 * Sequences of UTF-8 as windows-1252 shows them: the first bytes of common scripts, each followed by as many as it demands.
 * Bytes that begin a word in western languages as well (É, Ü, …) are left out.
 */
const SEQUENCE = new RegExp(
  `[\\u00c2-\\u00c5\\u00ce-\\u00d1][${TAIL}]|[\\u00e2-\\u00ef][${TAIL}]{2}|\\u00f0[${TAIL}]{3}`,
  'gu',
);
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Repairs UTF-8 that was read as windows-1252 (`Ã©` for `é`), once, sequence by sequence, where each is valid UTF-8. After
 * the idea of ftfy (Speer 2019): such sequences are next to impossible in real text.
 */
export function repairMojibake(text: string): string {
  return text.replace(SEQUENCE, (sequence) => {
    const bytes = Uint8Array.from(Array.from(sequence), windows1252Byte);
    try {
      return UTF8.decode(bytes);
    } catch {
      return sequence;
    }
  });
}
