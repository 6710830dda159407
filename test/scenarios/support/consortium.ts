import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { MemberApi } from '../../../cli/src/api/member-api';
import { memberNamed, membersOf, type MemberAccess } from '../../../cli/src/consortium/members';
import { SHARED_FOLDER, SHARED_HOME, SHARED_PORTS } from './shared';

const run = promisify(execFile);
/** What Node is started with to run a command of `./llmchain`. */
export const COMMAND_LINE = ['--disable-warning=ExperimentalWarning', resolve(__dirname, '../../../cli/dist/main.js')];
/** The last line of a command's standard output, which with `--json` is its whole result. */
const lastLine = (text: string): unknown => JSON.parse(text.trim().split('\n').at(-1) ?? '');

export interface CommandResult {
  code: number;
  answer: unknown;
  stderr: string;
}

const State = z.object({ processes: z.array(z.object({ name: z.string(), pid: z.number().int() })) });
const Key = z.object({ id: z.string(), key: z.string() });

/** For a consortium whose `up` brings the model from outside, as it does for a user. */
export const WITH_MODELS = { LLMCHAIN_WITHOUT_MODELS: undefined };

/** A consortium of its own ports and folder, driven by the command line as a user drives it. */
export class Scenario {
  #members: MemberAccess[] = [];

  readonly #env: NodeJS.ProcessEnv;

  /**
   * A consortium that may be yet to be made.
   * @param env what its commands are told beyond our own environment; without {@link WITH_MODELS}, `up` brings no model
   */
  constructor(
    readonly home: string,
    readonly portBase: number,
    env: NodeJS.ProcessEnv = {},
  ) {
    this.#env = { ...process.env, LLMCHAIN_WITHOUT_MODELS: '1', ...env };
  }

  /** Starts a fresh consortium. @param portBase first of its ports; each test file has its own @param words more of `up` */
  static async up(portBase: number, env: NodeJS.ProcessEnv = {}, ...words: string[]): Promise<Scenario> {
    const scenario = new Scenario(await mkdtemp(join(tmpdir(), 'llmchain-scenario-')), portBase, env);
    const { code, answer, stderr } = await scenario.command('up', ...words);
    if (code !== 0) {
      await scenario.reset();
      throw new Error(`up failed: ${JSON.stringify(answer)}\n${stderr}`);
    }
    scenario.#members = await membersOf(scenario.home);
    return scenario;
  }

  /**
   * The consortium of all test files that need none of their own: starting one takes longer than most of them. Each has its
   * own works, datasets and people; who runs first starts it, and the end of the run removes it.
   */
  static async shared(): Promise<Scenario> {
    const folder = process.env[SHARED_FOLDER];
    if (folder === undefined) throw new Error(`${SHARED_FOLDER} is not set; run with jest.scenario.config.cjs`);
    const scenario = new Scenario(join(folder, SHARED_HOME), SHARED_PORTS);
    const { code, answer, stderr } = await scenario.command('up');
    if (code !== 0) throw new Error(`up failed: ${JSON.stringify(answer)}\n${stderr}`);
    scenario.#members = await membersOf(scenario.home);
    return scenario;
  }

  get members(): readonly MemberAccess[] {
    return this.#members;
  }

  member(name: string): MemberAccess {
    return memberNamed(this.#members, name);
  }

  /** Runs a command of `./llmchain` with `--json` against this consortium. */
  async command(...words: string[]): Promise<CommandResult> {
    const options = ['--home', this.home, '--port-base', String(this.portBase), '--json'];
    const args = [...COMMAND_LINE, ...words, ...options];
    try {
      const { stdout, stderr } = await run(process.execPath, args, {
        env: this.#env,
        maxBuffer: 64 * 1024 * 1024,
      });
      return { code: 0, answer: lastLine(stdout), stderr };
    } catch (error) {
      const failed = error as { code: number; stdout: string; stderr: string };
      return {
        code: failed.code,
        answer: failed.stdout.trim() ? lastLine(failed.stdout) : undefined,
        stderr: failed.stderr,
      };
    }
  }

  /** An API in the name of someone new, made by `./llmchain key create`. */
  async someone(member: string, role: string, name: string, credits?: number): Promise<MemberApi> {
    const { code, answer, stderr } = await this.command(
      ...['key', 'create', '--member', member, '--role', role, '--name', name],
      ...(credits === undefined ? [] : ['--credits', String(credits)]),
    );
    if (code !== 0) throw new Error(stderr);
    return new MemberApi(this.member(member).admin.url, Key.parse(answer).key);
  }

  /** Does something while processes hang: they are there, and answer nobody. @param names as `status` names them */
  async whileHanging<T>(names: readonly string[], act: () => Promise<T>): Promise<T> {
    const { processes } = State.parse(JSON.parse(await readFile(join(this.home, 'state.json'), 'utf8')));
    const pids = processes.filter(({ name }) => names.includes(name)).map(({ pid }) => pid);
    try {
      for (const pid of pids) process.kill(pid, 'SIGSTOP');
      return await act();
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    }
  }

  async reset(): Promise<void> {
    await this.command('reset');
  }
}
