import { franc } from 'franc-min';

/** Characters that are looked at: more say nothing new. */
const SAMPLE = 300;
/** Fewer characters say too little. */
const FEWEST = 20;

/** ISO 639-3 code of a text's language by its letters' trigrams (Cavnar and Trenkle 1994), `und` where it is not clear. */
export function languageOf(text: string): string {
  return franc(text.slice(0, SAMPLE), { minLength: FEWEST });
}
