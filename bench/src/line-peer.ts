import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { LlmchainError } from '@llmchain/protocol';
import { z } from 'zod';

const Answered = z.object({ seconds: z.number(), tokens: z.number() });
export type Answered = z.infer<typeof Answered>;

/** Another program that generates text, in a process of its own: a line of JSON asks it, a line answers. */
export class LinePeer {
  readonly #name: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;

  /**
   * @param name what the peer is called when it fails
   * @param command program and arguments
   */
  constructor(name: string, command: readonly [string, ...string[]], env: NodeJS.ProcessEnv = process.env) {
    this.#name = name;
    const [program, ...args] = command;
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env });
    this.#child.stderr.resume();
    this.#lines = createInterface({ input: this.#child.stdout });
  }

  /** @throws {LlmchainError} `internal` when it ends before it has answered */
  async answer(asked: object): Promise<Answered> {
    const answered = new AbortController();
    const ended = once(this.#child, 'exit', answered).then(() => {
      throw new LlmchainError('internal', `${this.#name} ended before it had answered.`);
    });
    const line = once(this.#lines, 'line', answered) as Promise<[string]>;
    this.#child.stdin.write(`${JSON.stringify(asked)}\n`);
    try {
      const [text] = await Promise.race([line, ended]);
      return Answered.parse(JSON.parse(text));
    } finally {
      ended.catch(() => undefined);
      line.catch(() => undefined);
      answered.abort();
    }
  }

  close(): void {
    this.#child.stdin.end();
  }
}
