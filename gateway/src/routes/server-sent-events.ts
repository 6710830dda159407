import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** Writes server-sent events (WHATWG HTML, section 9.2), no faster than the reader takes them. */
export class ServerSentEvents {
  readonly #response: ServerResponse;
  readonly #signal: AbortSignal;

  constructor(response: ServerResponse, signal: AbortSignal) {
    this.#response = response;
    this.#signal = signal;
  }

  /** Sends the headers. */
  open(): void {
    this.#response.statusCode = 200;
    this.#response.setHeader('content-type', 'text/event-stream; charset=utf-8');
    this.#response.setHeader('cache-control', 'no-cache, no-transform');
    this.#response.setHeader('x-accel-buffering', 'no');
    this.#response.flushHeaders();
  }

  /** @throws {Error} `AbortError` when the reader has gone */
  async send(data: object | string): Promise<void> {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    this.#signal.throwIfAborted();
    if (!this.#response.write(`data: ${text}\n\n`)) await once(this.#response, 'drain', { signal: this.#signal });
  }

  close(): void {
    this.#response.end();
  }
}
