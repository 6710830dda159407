/** On what a step rests: what a reader has to believe for it to prove anything. */
export type Ground =
  'form' | 'pinned roots' | 'quorum of consenters' | 'arithmetic' | 'signature' | 'members f+1' | 'endorsement rule';

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
   * @param act what it finds, and that in words
   */
  take<T>(name: string, rests: Ground, act: () => { found: T; detail: string }): T {
    try {
      const { found, detail } = act();
      this.#taken.push({ name, ok: true, rests, detail });
      return found;
    } catch (error) {
      this.#taken.push({ name, ok: false, rests, detail: reasonOf(error) });
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
