import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { NetworkError } from '../errors';
import { isMissing } from '../files';
import { startTime } from './proc';

const StoredProcess = z.strictObject({
  name: z.string(),
  pid: z.number().int().positive(),
  startTime: z.string(),
  /** Milliseconds since the Unix epoch. */
  startedAt: z.number(),
  command: z.string(),
  args: z.array(z.string()),
  /** Without secrets. */
  env: z.record(z.string(), z.string()),
  cwd: z.string(),
  fingerprint: z.string(),
  stopSignal: z.enum(['SIGTERM', 'SIGINT']),
});
/** A process that was started, as the state file remembers it. */
export type StoredProcess = z.infer<typeof StoredProcess>;

const State = z.strictObject({ version: z.literal(1), processes: z.array(StoredProcess) });

/**
 * What was started, in the order in which it was. Written synchronously and atomically after every change, so that
 * an interrupted `up` leaves nothing running that `down` does not know of.
 */
export class ProcessState {
  readonly #processes: Map<string, StoredProcess>;

  /** @throws {NetworkError} `home_invalid` where the file cannot be understood */
  constructor(private readonly options: { readonly file: string }) {
    this.#processes = new Map(load(options.file).map((stored) => [stored.name, stored]));
  }

  all(): StoredProcess[] {
    return [...this.#processes.values()];
  }

  get(name: string): StoredProcess | undefined {
    return this.#processes.get(name);
  }

  put(stored: StoredProcess): void {
    this.#processes.delete(stored.name);
    this.#processes.set(stored.name, stored);
    this.#save();
  }

  remove(name: string): void {
    if (this.#processes.delete(name)) this.#save();
  }

  #save(): void {
    const { file } = this.options;
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.tmp`, `${JSON.stringify({ version: 1, processes: this.all() }, null, 2)}\n`, {
      mode: 0o600,
    });
    renameSync(`${file}.tmp`, file);
  }
}

/** Whether this very process still runs: a process with its id but another start time is a stranger. */
export function isAlive(process: Pick<StoredProcess, 'pid' | 'startTime'>): boolean {
  return startTime(process.pid) === process.startTime;
}

/** Whether the file is a list of processes of this version, or not there. */
export function isReadable(file: string): boolean {
  try {
    load(file);
    return true;
  } catch (error) {
    if (error instanceof NetworkError) return false;
    throw error;
  }
}

function load(file: string): StoredProcess[] {
  try {
    return State.parse(JSON.parse(readFileSync(file, 'utf8'))).processes;
  } catch (error) {
    if (isMissing(error)) return [];
    throw new NetworkError(
      'home_invalid',
      `${file} cannot be read as a list of processes: move it away and stop what it names by hand`,
      { file },
      { cause: error },
    );
  }
}
