import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** How long a reader may take nothing until it is left, milliseconds: what it holds up is held for it all the while. */
const PATIENCE = 60_000;

/** Writes server-sent events (WHATWG HTML, section 9.2), no faster than the reader takes them. */
export class ServerSentEvents {
  readonly #response: ServerResponse;
  readonly #signal: AbortSignal;
  readonly #patience: number;

  /**
   * @param signal aborted when the reader goes away
   * @param options.patience milliseconds in which a reader has to take something
   */
  constructor(response: ServerResponse, signal: AbortSignal, { patience = PATIENCE }: { patience?: number } = {}) {
    this.#response = response;
    this.#signal = signal;
    this.#patience = patience;
  }

  /** Sends the headers. */
  open(): void {
    this.#response.statusCode = 200;
    this.#response.setHeader('content-type', 'text/event-stream; charset=utf-8');
    this.#response.setHeader('cache-control', 'no-cache, no-transform');
    this.#response.setHeader('x-accel-buffering', 'no');
    this.#response.flushHeaders();
  }

  /** @throws {Error} `AbortError` when the reader has gone, or was left because it reads nothing */
  async send(data: object | string): Promise<void> {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    this.#signal.throwIfAborted();
    if (this.#response.write(`data: ${text}\n\n`)) return;
    const late = AbortSignal.timeout(this.#patience);
    try {
      await once(this.#response, 'drain', { signal: AbortSignal.any([this.#signal, late]) });
    } finally {
      if (late.aborted) this.#response.destroy();
    }
  }

  close(): void {
    this.#response.end();
  }
}
