import { spawn } from 'node:child_process';
import { NetworkError } from '../errors';
import { errno } from '../files';

export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment; the caller's own by default. */
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RunResult {
  /** Exit status; −1 where a signal ended the program. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end and collects what it said.
 * @throws {NetworkError} `missing_program` where it is not installed, `interrupted` where `signal` fired
 */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const { uid, gid, signal } = options;
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
      ...(signal === undefined ? {} : { signal }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', (error) => {
      if (error.name === 'AbortError') reject(new NetworkError('interrupted', `interrupted while ${command} ran`));
      else if (errno(error) === 'ENOENT')
        reject(
          new NetworkError(
            'missing_program',
            `${command} is not installed, or not in PATH`,
            { program: command },
            { cause: error },
          ),
        );
      else reject(error);
    });
    child.on('close', (status) =>
      resolve({
        status: status ?? -1,
        stdout: Buffer.concat(out).toString('utf8'),
        stderr: Buffer.concat(err).toString('utf8'),
      }),
    );
  });
}
