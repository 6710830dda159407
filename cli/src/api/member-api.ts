import { isErrorCode, LlmchainError } from '@llmchain/protocol';
import { z } from 'zod';

const Problem = z.object({
  code: z.string(),
  detail: z.string(),
  details: z.record(z.string(), z.unknown()).default({}),
});

/** One member's gateway, with one API key. */
export class MemberApi {
  readonly #key: string;

  constructor(
    readonly url: string,
    key: string,
  ) {
    this.#key = key;
  }

  /** For clients of other makes, such as OpenAI's. */
  get credentials(): { baseURL: string; apiKey: string } {
    return { baseURL: `${this.url}/v1`, apiKey: this.#key };
  }

  async get<S extends z.ZodType>(path: string, answer: S): Promise<z.output<S>> {
    return this.#call('GET', path, undefined, answer);
  }

  async post<S extends z.ZodType>(path: string, body: object, answer: S): Promise<z.output<S>> {
    return this.#call('POST', path, body, answer);
  }

  async delete<S extends z.ZodType>(path: string, answer: S): Promise<z.output<S>> {
    return this.#call('DELETE', path, undefined, answer);
  }

  /** An answer byte for byte, for what is checked as it stands. */
  async text(path: string): Promise<string> {
    return (await this.#request('GET', path, undefined)).text;
  }

  async #call<S extends z.ZodType>(
    method: string,
    path: string,
    body: object | undefined,
    answer: S,
  ): Promise<z.output<S>> {
    return answer.parse((await this.#request(method, path, body)).value);
  }

  /** @throws {LlmchainError} the gateway's code; `unavailable` when it does not answer */
  async #request(method: string, path: string, body: object | undefined): Promise<{ text: string; value: unknown }> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    }).catch((cause: unknown) => {
      throw new LlmchainError(
        'unavailable',
        `The gateway at ${this.url} does not answer; "llmchain status" shows what runs.`,
        { url: this.url },
        { cause },
      );
    });
    const text = await response.text();
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw new LlmchainError(
        'internal',
        `The gateway at ${this.url} answered ${response.status} without JSON.`,
        { path },
        { cause },
      );
    }
    if (response.ok) return { text, value };
    const problem = Problem.safeParse(value);
    const code = problem.data && isErrorCode(problem.data.code) ? problem.data.code : 'internal';
    throw new LlmchainError(
      code,
      problem.data?.detail ?? `The gateway at ${this.url} answered ${response.status}.`,
      problem.data?.details ?? {},
    );
  }
}
