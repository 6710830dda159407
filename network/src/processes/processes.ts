import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { NetworkError } from '../errors';
import { startTime } from './proc';
import { isAlive, type ProcessState, type StoredProcess } from './state';
import { pause } from './until';

/** A program to keep running. */
export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Added to the environment and never written down. */
  readonly secretEnv?: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Changes when the program's code or configuration does: it is then started anew. */
  readonly revision?: string;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly stopSignal?: 'SIGTERM' | 'SIGINT';
}

export interface ProcessesOptions {
  readonly logs: string;
  readonly log: (name: string) => string;
  /** How long a process has to end before it is killed, in milliseconds. */
  readonly graceMs?: number;
}

/** What children inherit of our environment; everything else they are told. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'LD_LIBRARY_PATH'] as const;

/** Starts, watches and stops the programs of one home. They are detached: they outlive the command that starts them. */
export class Processes {
  constructor(
    private readonly options: ProcessesOptions,
    private readonly dependencies: { readonly state: ProcessState },
  ) {}

  /** Whether this program runs now, as `spec` wants it. */
  isCurrent(spec: ProcessSpec): boolean {
    const stored = this.running(spec.name);
    return stored !== undefined && stored.fingerprint === fingerprint(spec);
  }

  /** All that run. */
  all(): StoredProcess[] {
    return this.dependencies.state.all().filter(isAlive);
  }

  /** The process of this name, where it is alive. */
  running(name: string): StoredProcess | undefined {
    const stored = this.dependencies.state.get(name);
    return stored !== undefined && isAlive(stored) ? stored : undefined;
  }

  /**
   * Sees to it that the program runs as `spec` says: leaves it, starts it, or replaces an outdated one.
   * @returns whether it had to be started
   * @throws {NetworkError} `start_failed`
   */
  async ensure(spec: ProcessSpec): Promise<boolean> {
    if (this.isCurrent(spec)) return false;
    await this.stop(spec.name);
    await this.#start(spec);
    return true;
  }

  /** Stops the process of this name: its own signal first, `SIGKILL` when it takes too long. */
  async stop(name: string): Promise<void> {
    const stored = this.dependencies.state.get(name);
    if (stored === undefined) return;
    const graceful = Date.now() + (this.options.graceMs ?? 10_000);
    signal(stored, stored.stopSignal);
    while (isAlive(stored)) {
      if (Date.now() > graceful) signal(stored, 'SIGKILL');
      await pause(20);
    }
    this.dependencies.state.remove(name);
  }

  /** @throws {NetworkError} `start_failed` with the end of its log, where the process has ended */
  assertAlive(name: string): void {
    if (this.running(name) !== undefined) return;
    const file = this.options.log(name);
    throw new NetworkError('start_failed', `${name} has ended; the last lines of ${file}:\n${tail(file)}`, {
      name,
      log: file,
    });
  }

  async #start(spec: ProcessSpec): Promise<void> {
    mkdirSync(this.options.logs, { recursive: true, mode: 0o700 });
    const log = openSync(this.options.log(spec.name), 'a', 0o600);
    const inherited = Object.fromEntries(
      INHERITED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    );
    const { uid, gid } = spec;
    // What a program writes is for its own user, whatever its author thought of modes; the child inherits the mask.
    const mask = process.umask(0o077);
    const child = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: { ...inherited, ...spec.env, ...spec.secretEnv },
      stdio: ['ignore', log, log],
      detached: true,
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    });
    process.umask(mask);
    closeSync(log);
    const pid = child.pid;
    const started = pid === undefined ? undefined : startTime(pid);
    if (pid !== undefined && started !== undefined)
      this.dependencies.state.put({
        name: spec.name,
        pid,
        startTime: started,
        startedAt: Date.now(),
        command: spec.command,
        args: [...spec.args],
        env: { ...spec.env },
        cwd: spec.cwd,
        fingerprint: fingerprint(spec),
        stopSignal: spec.stopSignal ?? 'SIGTERM',
      });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) =>
        reject(
          new NetworkError(
            'start_failed',
            `${spec.name} could not be started: ${error.message}`,
            { name: spec.name },
            { cause: error },
          ),
        ),
      );
    });
    child.unref();
  }
}

/** What makes a running process outdated when it changes. */
function fingerprint(spec: ProcessSpec): string {
  const { command, args, env, cwd, revision } = spec;
  return createHash('sha256')
    .update(JSON.stringify([command, args, Object.entries(env).sort(), cwd, revision ?? '']))
    .digest('hex');
}

function signal(stored: StoredProcess, name: NodeJS.Signals): void {
  if (!isAlive(stored)) return;
  try {
    process.kill(stored.pid, name);
  } catch {
    // It ended in between.
  }
}

function tail(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-16).join('\n');
  } catch {
    return '(no log)';
  }
}
