import { LlmchainError } from '@llmchain/protocol';
import { text, tidy, type Passage } from './texts';

const SCENES = 26;

/** Splits a play at its acts and scenes; what stands before the first scene belongs to none. */
export function splitScenes(play: string, whole: string): Passage[] {
  const parts = whole.split(/^(ACT|SCENE) ([IVX]+)\./m);
  const scenes: Passage[] = [];
  let act = '';
  for (let at = 1; at + 2 < parts.length; at += 3) {
    const [kind, number, rest] = parts.slice(at, at + 3) as [string, string, string];
    if (kind === 'ACT') act = number;
    else scenes.push({ title: `${play}, act ${act}, scene ${number}`, text: tidy(rest) });
  }
  return scenes;
}

/** The scenes of Macbeth, in their order. @throws {LlmchainError} `unavailable` | `digest_mismatch` */
export async function scenes(): Promise<Passage[]> {
  const all = splitScenes('Macbeth', await text('macbeth_gut.txt'));
  if (all.length !== SCENES) {
    throw new LlmchainError('digest_mismatch', `The archive holds ${all.length} scenes of Macbeth, not ${SCENES}.`, {
      found: all.length,
    });
  }
  return all;
}
