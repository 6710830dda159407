import { decode, isErrorCode, LlmchainError } from '@llmchain/protocol';
import { z } from 'zod';

const Problem = z.object({
  code: z.string(),
  detail: z.string(),
  details: z.record(z.string(), z.unknown()).default({}),
});

/** The member's own gateway, in the name of a trainer. */
export class Gateway {
  readonly #url: string;
  readonly #key: string;

  constructor(options: { url: string; key: string }) {
    this.#url = options.url;
    this.#key = options.key;
  }

  async get<S extends z.ZodType>(path: string, answer: S): Promise<z.output<S>> {
    return decode(answer, await (await this.#call('GET', path)).json(), 'answer of the gateway');
  }

  async post<S extends z.ZodType>(path: string, body: object, answer: S): Promise<z.output<S>> {
    const response = await this.#call('POST', path, JSON.stringify(body), 'application/json');
    return decode(answer, await response.json(), 'answer of the gateway');
  }

  async bytes(path: string): Promise<Uint8Array> {
    return new Uint8Array(await (await this.#call('GET', path)).arrayBuffer());
  }

  /** Stores content and returns its address, `sha256/…`. */
  async upload(content: Uint8Array): Promise<string> {
    const response = await this.#call('PUT', '/v1/content', content, 'application/octet-stream');
    return decode(z.object({ address: z.string() }), await response.json(), 'answer of the gateway').address;
  }

  /** @throws {LlmchainError} the gateway's code; `unavailable` when it does not answer */
  async #call(method: string, path: string, body?: string | Uint8Array, type?: string): Promise<Response> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#key}`, ...(type ? { 'content-type': type } : {}) },
      ...(body === undefined ? {} : { body: body as NonNullable<RequestInit['body']> }),
    }).catch((cause: unknown) => {
      throw new LlmchainError(
        'unavailable',
        `The gateway at ${this.#url} does not answer. Start it and try again.`,
        {},
        { cause },
      );
    });
    if (response.ok) return response;
    const problem = Problem.safeParse(await response.json().catch(() => undefined));
    const code = problem.data && isErrorCode(problem.data.code) ? problem.data.code : 'internal';
    throw new LlmchainError(
      code,
      problem.data?.detail ?? `The gateway answered ${response.status} to ${method} ${path}.`,
      problem.data?.details ?? {},
    );
  }
}
