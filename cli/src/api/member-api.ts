import { GatewayClient, type Answer, type JsonOperation, type Operation, type Request } from '@llmchain/gateway-client';
import { LlmchainError } from '@llmchain/protocol';
import type { z } from 'zod';

/** One member's gateway, with one API key: the generated client, for a person at a command line. */
export class MemberApi {
  readonly #key: string;
  readonly #client: GatewayClient;

  constructor(
    readonly url: string,
    key: string,
  ) {
    this.#key = key;
    this.#client = new GatewayClient({ url, key });
  }

  /** For clients of other makes, such as OpenAI's. */
  get credentials(): { baseURL: string; apiKey: string } {
    return { baseURL: `${this.url}/v1`, apiKey: this.#key };
  }

  /** @throws {LlmchainError} the gateway's code; `unavailable` when it does not answer */
  async call<O extends JsonOperation>(operation: O, request: Request<O>): Promise<Answer<O>> {
    return (await this.#value(operation, request)) as Answer<O>;
  }

  /** An answer byte for byte, for what is checked as it stands. */
  async text<O extends Operation>(operation: O, request: Request<O>): Promise<string> {
    return (await this.#open(operation, request)).text();
  }

  /** A path that is known at run time alone. */
  async get<S extends z.ZodType>(path: string, answer: S): Promise<z.output<S>> {
    return answer.parse(await this.#value(`GET ${path}`, {}));
  }

  /** As {@link get}. */
  async post<S extends z.ZodType>(path: string, body: object, answer: S): Promise<z.output<S>> {
    return answer.parse(await this.#value(`POST ${path}`, { body }));
  }

  async #value(operation: string, request: object): Promise<unknown> {
    const response = await this.#open(operation, request);
    return response.json().catch((cause: unknown) => {
      const message = `The gateway at ${this.url} answered ${response.status} without JSON.`;
      throw new LlmchainError('internal', message, { operation }, { cause });
    });
  }

  async #open(operation: string, request: object): Promise<Response> {
    try {
      return await this.#client.open(operation as Operation, request);
    } catch (error) {
      if (!(error instanceof LlmchainError) || error.code !== 'unavailable' || error.details['url'] !== this.url)
        throw error;
      const message = `The gateway at ${this.url} does not answer; "llmchain status" shows what runs.`;
      throw new LlmchainError('unavailable', message, error.details, { cause: error });
    }
  }
}
