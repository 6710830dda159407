import path from 'node:path';
import type { ProcessSpec } from './processes';

const SCRIPT = path.resolve(__dirname, '../../scripts/keep-logs.sh');

/** Name of the process that keeps logs small. */
export const LOG_KEEPER = 'log-keeper';

export interface LogKeeperOptions {
  readonly logs: string;
  /** Size at which a log is turned over, KiB; it can grow further until it is looked at. */
  readonly kib?: number;
  /** How many former logs are kept of each process. */
  readonly kept?: number;
  /** Seconds between two looks. */
  readonly seconds?: number;
}

/** Turns over the logs of all processes: by default 16 MiB each and two former ones, looked at once a minute. */
export function logKeeperSpec({ logs, kib = 16 * 1024, kept = 2, seconds = 60 }: LogKeeperOptions): ProcessSpec {
  return {
    name: LOG_KEEPER,
    command: '/bin/sh',
    args: [SCRIPT, logs, String(kib), String(kept), String(seconds)],
    env: {},
    cwd: logs,
  };
}
