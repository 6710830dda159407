import { styleText } from 'node:util';
import type { Report, Step } from '@llmchain/network';

interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
}

/**
 * What a command says. A script that asked for JSON gets exactly one object on standard output, as its last line;
 * everything meant for a person then goes to standard error. Colours only on a terminal.
 */
export class Terminal implements Report {
  readonly #people: Output;
  readonly #stdout: Output;

  constructor(
    readonly json: boolean,
    streams: { stdout: Output; stderr: Output } = process,
  ) {
    this.#stdout = streams.stdout;
    this.#people = json ? streams.stderr : streams.stdout;
  }

  line(text = ''): void {
    this.#people.write(`${text}\n`);
  }

  /** The result of the command: the object for scripts, the text for people. */
  result(object: object, text?: string): void {
    if (this.json) this.#stdout.write(`${JSON.stringify(object)}\n`);
    else if (text !== undefined) this.line(text);
  }

  step(name: string): Step {
    const started = performance.now();
    const end = (mark: string, note: string): void => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6);
      this.line(` ${mark} ${name.padEnd(18)} ${this.#paint('dim', `${seconds} s`)}${note ? `   ${note}` : ''}`);
    };
    return {
      done: (note = '') => end(this.#paint('green', '✔'), note),
      fail: (error) => end(this.#paint('red', '✘'), error instanceof Error ? error.message : String(error)),
    };
  }

  #paint(style: 'green' | 'red' | 'dim', text: string): string {
    return this.#people.isTTY ? styleText(style, text) : text;
  }
}
