import type { Goal } from './benchmark';
import type { Figures } from './figures';
import type { Machine } from './machine';

export interface Report {
  name: string;
  arms: Record<string, Figures>;
  /** Ours over the peer's, where the benchmark compares with one. */
  ratio: { median: number; min: number; max: number } | null;
  rounds: number;
  /** Whether this was the tiny round that only proves that the benchmark works. */
  smoke: boolean;
  goals: { arm: string; goal: string; met: boolean }[];
  machine: Machine;
}

/** How each goal came out; goals of arms that were not measured are left out. */
export function outcomes(goals: readonly Goal[], arms: Readonly<Record<string, Figures>>): Report['goals'] {
  return goals.flatMap(({ arm, least = -Infinity, most = Infinity }) => {
    const measured = arms[arm];
    if (!measured) return [];
    const { median, unit } = measured;
    const goal = most === Infinity ? `≥ ${least} ${unit}` : `≤ ${most} ${unit}`;
    return [{ arm, goal, met: median >= least && median <= most }];
  });
}

/** Ours over the peer's: the figures of the arm that says so, null where the benchmark has none. */
export function ratioOf(arm: string | undefined, arms: Readonly<Record<string, Figures>>): Report['ratio'] {
  const measured = arm === undefined ? undefined : arms[arm];
  if (!measured) return null;
  const { median, min, max } = measured;
  return { median, min, max };
}

/** A table for people. */
export function table({ name, arms, rounds, goals, machine }: Report): string {
  const width = Math.max(...Object.keys(arms).map((arm) => arm.length), 3);
  const row = (cells: readonly string[]): string =>
    `   ${cells[0]!.padEnd(width)} ${cells
      .slice(1, 4)
      .map((cell) => cell.padStart(9))
      .join(' ')}  ${cells.slice(4).join('   ')}`.trimEnd();
  const lines = Object.entries(arms).map(([arm, { median, min, max, unit }]) => {
    const goal = goals.find((each) => each.arm === arm);
    const told = goal ? `${goal.met ? '✔' : '✘'} ${goal.goal}` : '';
    return row([arm, String(median), String(min), String(max), unit.padEnd(4), told]);
  });
  const { cpu, cores, memoryMiB, node, load } = machine;
  return [
    `${name}, ${rounds} rounds`,
    row(['arm', 'median', 'min', 'max', 'unit', 'goal']),
    ...lines,
    `   ${cpu}, ${cores} cores, ${memoryMiB} MiB, Node.js ${node}, load ${load.before} before and ${load.after} after`,
  ].join('\n');
}
