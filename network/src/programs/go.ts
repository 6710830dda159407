import { NetworkError } from '../errors';
import { run } from '../processes/run';

export interface GoOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs the Go tool.
 * @throws {NetworkError} `build_failed` with the end of what it said
 */
export async function go(args: readonly string[], options: GoOptions): Promise<string> {
  const result = await run('go', args, options);
  if (result.status !== 0)
    throw new NetworkError(
      'build_failed',
      `go ${args[0] ?? ''} failed in ${options.cwd}: check the network and the disk, then try again\n${result.stderr.slice(-2000)}`,
      { status: result.status },
    );
  return result.stdout;
}

/** Go's version, such as `go1.26.0`; `undefined` where it is not installed. */
export async function goVersion(): Promise<string | undefined> {
  return goSetting('GOVERSION');
}

/** @returns `undefined` where there is no Go */
async function goSetting(name: string): Promise<string | undefined> {
  return unlessMissing(async () => {
    const result = await run('go', ['env', name], {});
    return result.status === 0 ? result.stdout.trim() : undefined;
  });
}

/**
 * The C compiler that Go would use, and what it calls itself.
 * @returns `undefined` where there is none
 */
export async function compiler(): Promise<{ command: string; version: string } | undefined> {
  // The variable may hold options, too.
  const command = ((await goSetting('CC')) ?? process.env['CC'] ?? 'cc').split(' ')[0] ?? 'cc';
  return unlessMissing(async () => {
    const result = await run(command, ['--version'], {});
    return result.status === 0 ? { command, version: result.stdout.split('\n')[0] ?? '' } : undefined;
  });
}

async function unlessMissing<T>(work: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NetworkError && error.code === 'missing_program') return undefined;
    throw error;
  }
}
