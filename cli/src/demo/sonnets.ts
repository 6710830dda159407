import { LlmchainError } from '@llmchain/protocol';
import { text, tidy, type Passage } from './texts';

const SONNETS = 154;

/** Splits the text at its Roman numerals. */
export function splitSonnets(whole: string): Passage[] {
  const parts = whole.split(/^ *([IVXLC]+) *$/m);
  const sonnets: Passage[] = [];
  for (let at = 1; at + 1 < parts.length; at += 2) {
    sonnets.push({ title: `Sonnet ${parts[at] ?? ''}`, text: tidy(parts[at + 1] ?? '') });
  }
  return sonnets;
}

/** Shakespeare's 154 sonnets, in their order. @throws {LlmchainError} `unavailable` | `digest_mismatch` */
export async function sonnets(): Promise<Passage[]> {
  const all = splitSonnets(await text('sonnets_gut.txt'));
  if (all.length !== SONNETS) {
    throw new LlmchainError('digest_mismatch', `The archive holds ${all.length} sonnets, not ${SONNETS}.`, {
      found: all.length,
    });
  }
  return all;
}
