/** On what a step rests: what a reader has to believe for it to prove anything. */
export const GROUNDS = {
  form: 'the file alone: it has its one form',
  'pinned roots': 'the roots that you gave: the genesis block and the certificates in them are the members’ own',
  'quorum of consenters': 'so many orderers signed that any two such sets share an honest one',
  arithmetic: 'SHA-256: nothing else has this hash',
  signature: 'the signer alone has the key',
  'members f+1': 'one more member signed than may be dishonest (f of n, f = ⌊(n − 1)/3⌋)',
  'endorsement rule': 'as many members endorsed as the ledger demands for such a change',
  'sealing rule': 'members endorse a dataset version only when its items rise by digest, none of them twice',
} as const;
export type Ground = keyof typeof GROUNDS;

/** One thing that was checked. */
export interface Step {
  name: string;
  ok: boolean;
  rests: Ground;
  /** What was found, or what was wrong. */
  detail: string;
}

/** Ends a verification at its first step that failed. */
class Stopped extends Error {}

/** Takes steps one after the other and keeps what became of them. */
export class Steps {
  readonly #taken: Step[] = [];

  get taken(): readonly Step[] {
    return this.#taken;
  }

  /**
   * Takes one step; whatever it throws is its failure.
   * @param act what it finds, that in words, and on what that rests where it is not what the step was to rest on
   */
  take<T>(name: string, rests: Ground, act: () => { found: T; detail: string; rests?: Ground }): T {
    try {
      const { found, detail, rests: other = rests } = act();
      this.#taken.push({ name, ok: true, rests: other, detail: printable(detail) });
      return found;
    } catch (error) {
      this.#taken.push({ name, ok: false, rests, detail: printable(reasonOf(error)) });
      throw new Stopped();
    }
  }

  /** Runs a verification to its end or to its first failure. @returns whether every step held */
  run(verification: () => void): boolean {
    try {
      verification();
      return true;
    } catch (error) {
      if (error instanceof Stopped) return false;
      throw error;
    }
  }
}

function reasonOf(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return (reason || 'it cannot be read').slice(0, 500);
}

/** Words of a file that may be an attacker's, without what would steer a terminal or change the direction of writing. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD');
}
