import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

/** Where figures were taken: they mean little without it. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryMiB: number;
  system: string;
  node: string;
  /** When the run ended, ISO 8601. */
  date: string;
  /** The system's load average over one minute, before and after the run: what else was at work. */
  load: { before: number; after: number };
}

/** @param loadBefore what {@link load} gave at the start */
export function machine(loadBefore: number): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryMiB: Math.round(totalmem() / 1024 ** 2),
    system: `${type()} ${release()}`,
    node: process.version,
    date: new Date().toISOString(),
    load: { before: loadBefore, after: load() },
  };
}

/** The system's load average over the last minute. */
export function load(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}
