import type { Batch } from '../records/inference';

/**
 * Into how many parts a batch's time is divided: one for each call to verify it. By default that is a minute: the time that a
 * proposal claims may be half a minute ahead, and whoever is called upon keeps the other half.
 */
const CALLS = 10;

/** How long a silence puts a member last among those who are called upon, milliseconds. */
export const SILENCE_WEIGHS_MS = 600_000;

type Called = Pick<Batch, 'turns' | 'needed'>;
type Timed = Pick<Batch, 'anchored' | 'deadline'>;

/**
 * In which order a producer's rivals are called upon to verify its batch: each begins in turn, so that work and fees are
 * shared alike and no producer chooses its verifiers. Who was silent of late comes last.
 * @param electorate MSP ids, sorted
 */
export function turnsOf(electorate: readonly string[], sequence: number, silent: ReadonlySet<string>): string[] {
  const first = electorate.length === 0 ? 0 : sequence % electorate.length;
  const order = [...electorate.slice(first), ...electorate.slice(0, first)];
  return [...order.filter((member) => !silent.has(member)), ...order.filter((member) => silent.has(member))];
}

/**
 * Who may accept a batch: the first in turn, but for those that refused it or were passed over.
 * @returns MSP ids, sorted; undefined when fewer are left than are needed
 */
export function calledUpon({ turns, needed }: Called, out: ReadonlySet<string>): string[] | undefined {
  const left = turns.filter((member) => !out.has(member));
  return left.length < needed ? undefined : left.slice(0, needed).sort();
}

/**
 * From when on members that are called upon and have no verdict may be passed over, milliseconds since the Unix epoch.
 * @param marks when others refused or were passed over: whoever took their place has its time from then on
 */
export function callEnds({ anchored, deadline }: Timed, marks: readonly number[]): number {
  return Math.max(anchored, ...marks) + Math.ceil((deadline - anchored) / CALLS);
}
