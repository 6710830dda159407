import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Annex, describe, type MemberDescription, type MemberName } from '@llmchain/network';
import { isErrorCode, LlmchainError } from '@llmchain/protocol';
import { z } from 'zod';

const run = promisify(execFile);
const MAIN = resolve(__dirname, '../../cli/dist/main.js');
const LONGEST_OUTPUT = 64 * 1024 * 1024;

const Failed = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
const Key = z.object({ key: z.string() });

const SILENT = { step: () => ({ done: () => undefined, fail: () => undefined }) };

/** First of the ports of a consortium that a benchmark makes for itself. */
const PORT_BASE = 31_000;

/** A consortium under test, driven by the command line as a person drives it. */
export class Consortium {
  private constructor(
    readonly home: string,
    readonly portBase: number | undefined,
    /** Whether the benchmark made the home, and removes it at the end. */
    readonly own: boolean,
  ) {}

  /** The consortium in a home that is there, or one of the benchmark's own in a new folder. */
  static async at(home: string | undefined, portBase: number | undefined): Promise<Consortium> {
    if (home !== undefined) return new Consortium(home, portBase, false);
    return new Consortium(await mkdtemp(join(tmpdir(), 'llmchain-bench-')), portBase ?? PORT_BASE, true);
  }

  /**
   * Runs a command of `./llmchain`.
   * @throws {LlmchainError} with the command's code and message
   */
  async command<S extends z.ZodType>(answer: S, ...words: string[]): Promise<z.output<S>> {
    const options = ['--home', this.home, '--json'];
    if (this.portBase !== undefined) options.push('--port-base', String(this.portBase));
    const args = ['--disable-warning=ExperimentalWarning', MAIN, ...words, ...options];
    const { stdout } = await run(process.execPath, args, { maxBuffer: LONGEST_OUTPUT }).catch((cause: unknown) => {
      throw failure(words, cause);
    });
    return answer.parse(lastLine(stdout));
  }

  async member(name: MemberName): Promise<MemberDescription> {
    const { members } = await describe(this.home);
    const found = members.find((member) => member.name === name);
    if (!found) throw new LlmchainError('not_found', `There is no member ${name}.`, { member: name });
    return found;
  }

  /** An API key of someone new at a member. @param credits micro-credits that are prepaid for answers */
  async key(member: MemberName, role: string, name: string, credits?: number): Promise<string> {
    const prepaid = credits === undefined ? [] : ['--credits', String(credits)];
    const order = ['key', 'create', '--member', member, '--role', role, '--name', name, ...prepaid];
    return (await this.command(Key, ...order)).key;
  }

  /** What a benchmark adds to the consortium's network. @throws {LlmchainError} `not_authorised` as {@link assertOwn} */
  async annex(): Promise<Annex> {
    this.assertOwn('add chaincode and channels');
    return Annex.of({ home: this.home, fabricBin: process.env['FABRIC_BIN'] }, { report: SILENT });
  }

  /**
   * @param what the benchmark would do that nothing undoes
   * @throws {LlmchainError} `not_authorised` where the home is not the benchmark's own
   */
  assertOwn(what: string): void {
    if (!this.own)
      throw new LlmchainError('not_authorised', `The benchmark would ${what} in ${this.home}; leave --home out.`);
  }

  /** Stops and removes a consortium that the benchmark made. */
  async end(): Promise<void> {
    if (!this.own) return;
    await this.reset();
    // Nothing is removed of a folder that no consortium was ever in.
    await rm(this.home, { recursive: true, force: true });
  }

  /** @throws {LlmchainError} `not_authorised` as {@link assertOwn} */
  async reset(): Promise<void> {
    this.assertOwn('remove everything');
    await this.command(z.unknown(), 'reset');
  }
}

/** The last line of a command's standard output, which with `--json` is its whole result. */
function lastLine(text: string): unknown {
  const line = text.trim().split('\n').at(-1);
  return line ? JSON.parse(line) : undefined;
}

function failure(words: readonly string[], cause: unknown): LlmchainError {
  const { stdout, stderr } = cause as { stdout?: string; stderr?: string };
  const told = Failed.safeParse(lastLine(stdout ?? ''));
  const { code, message } = told.data?.error ?? { code: 'internal', message: stderr?.trim() ?? String(cause) };
  return new LlmchainError(
    isErrorCode(code) ? code : 'internal',
    `"${words.join(' ')}" failed: ${message}`,
    { command: words.join(' ') },
    { cause },
  );
}
