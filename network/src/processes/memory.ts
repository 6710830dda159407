import { readdirSync, readFileSync } from 'node:fs';

/**
 * Memory of a process and of all that it has started, in bytes: proportional set size, in which a page that several
 * processes share counts in equal parts, so that a sum over processes is what they take together.
 * Another user's processes count as 0 unless the caller is root.
 */
export function memoryBytes(pid: number, children: ReadonlyMap<number, readonly number[]> = childrenOf()): number {
  const own = Number(/^Pss:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) * 1024;
  return (children.get(pid) ?? []).reduce((sum, child) => sum + memoryBytes(child, children), own);
}

/** Process ids by their parent's, of the whole machine. */
export function childrenOf(): Map<number, number[]> {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const stat = read(`/proc/${entry}/stat`);
    // The command, in brackets, may hold anything; after it come state and parent.
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  return children;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // ended meanwhile, or another user's
  }
}
