import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** How often memory is looked at, milliseconds. */
const EVERY = 50;
/** Of the kernel's clock in a second, on every machine that Linux tells user programs of. */
const TICKS = 100;

/** Proportional set size of a process, KiB; 0 once it has ended. */
export async function pss(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
}

/** Processor time of a process so far, seconds. */
export async function processorTime(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The command, in brackets, may hold anything; after it come state, parent and so on (proc(5)).
  const [, , , , , , , , , , , user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  return (user + system) / TICKS;
}

/** Does something, and tells how much memory a process took most meanwhile. @returns KiB of proportional set size */
export async function peakWhile<T>(pid: number, act: () => Promise<T>): Promise<{ result: T; peak: number }> {
  let [peak, ended] = [0, false];
  const isOver = (): boolean => ended;
  const watch = async (): Promise<void> => {
    while (!isOver()) {
      peak = Math.max(peak, await pss(pid));
      await delay(EVERY);
    }
  };
  const acting = act().finally(() => (ended = true));
  const [result] = await Promise.all([acting, watch()]);
  return { result, peak };
}
