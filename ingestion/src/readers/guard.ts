import { tooLarge, type Limits } from '../limits';
import type { Bytes } from './bytes';

/** Below this nothing is called a bomb, bytes. */
const SMALL = 1024 * 1024;

/** Counts what an archive unpacks to, as it really comes out, and stops a decompression bomb. */
export class ExpansionGuard {
  readonly #limits: Limits;
  #entries = 0;
  #expanded = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** One more entry. @throws {LlmchainError} `too_large` */
  entry(): void {
    this.#entries += 1;
    const { entries } = this.#limits;
    if (this.#entries > entries) tooLarge(`The archive has more than ${entries} entries. Split it.`, { entries });
  }

  /** What is declared is refused before a byte of it is unpacked. @throws {LlmchainError} `too_large` */
  declared(packed: number, expanded: number): void {
    this.#demandRatio(packed, expanded);
    if (expanded > this.#limits.expandedBytes) this.#refuse();
  }

  /** Bytes as they come out. @param packedSoFar bytes that went in @throws {LlmchainError} `too_large` */
  async *watch(stream: Bytes, packedSoFar: () => number): AsyncGenerator<Buffer> {
    let bytes = 0;
    for await (const chunk of stream) {
      bytes += chunk.length;
      this.#expanded += chunk.length;
      this.#demandRatio(packedSoFar(), bytes);
      if (this.#expanded > this.#limits.expandedBytes) this.#refuse();
      yield chunk;
    }
  }

  #demandRatio(packed: number, expanded: number): void {
    const { ratio } = this.#limits;
    if (expanded > SMALL && expanded > packed * ratio) {
      tooLarge(`The archive unpacks to more than ${ratio} times its size: it is refused as a bomb.`, {
        reason: 'ratio',
        ratio,
      });
    }
  }

  #refuse(): never {
    const { expandedBytes } = this.#limits;
    return tooLarge(`The archive unpacks to more than ${expandedBytes} bytes. Split it.`, {
      reason: 'expanded',
      limit: expandedBytes,
    });
  }
}
