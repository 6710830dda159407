import type { Terminal } from '../terminal';

/** Prints an answer as it comes, line by line under the margin. */
export class Pen {
  #line = '';

  constructor(private readonly terminal: Terminal) {}

  write(text: string): void {
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) this.terminal.line(`   ${line}`);
  }

  end(): void {
    if (this.#line) this.terminal.line(`   ${this.#line}`);
    this.terminal.line();
  }
}
