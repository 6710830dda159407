/**
 * What windows-1252 has at 0x80 to 0x9F; bytes that it leaves free stand for themselves (WHATWG Encoding). Written out since
 * TextDecoder of some releases of Node.js takes windows-1252 for ISO 8859-1.
 */
const UPPER = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** The characters of 0x80 to 0x9F, by their bytes' order. */
export const UPPER_CHARACTERS: readonly string[] = Array.from(UPPER);

const BYTE_OF = new Map(UPPER_CHARACTERS.map((character, index) => [character, 0x80 + index]));

export function decodeWindows1252(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[\u0080-\u009f]/g, (control) => UPPER_CHARACTERS[control.charCodeAt(0) - 0x80]!);
}

/** The byte of a character that windows-1252 has. */
export function windows1252Byte(character: string): number {
  return BYTE_OF.get(character) ?? character.charCodeAt(0);
}
