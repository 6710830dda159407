import { isErrorCode, LlmchainError } from '@llmchain/protocol';
import { z } from 'zod';
import type { Operations } from './generated';

export type Operation = keyof Operations;

/** What an operation takes beside its name: `params` of the path, `query`, `headers` and `body`, as far as it has them. */
export type Request<O extends Operation> = Operations[O]['request'];

/** What an operation gives, where that is JSON. */
export type Answer<O extends Operation> = Operations[O]['answer'];

/** Operations that answer with one JSON value. */
export type JsonOperation = { [O in Operation]: Operations[O]['answer'] extends undefined ? never : O }[Operation];

type Scalar = string | number | boolean | undefined;

interface Parts {
  params?: Readonly<Record<string, Scalar>>;
  query?: Readonly<Record<string, Scalar>>;
  headers?: Readonly<Record<string, Scalar>>;
  body?: unknown;
}

export interface GatewayClientOptions {
  /** `http://127.0.0.1:8000` */
  url: string;
  /** API key of the member; public operations need none. */
  key?: string;
}

const Problem = z.object({
  code: z.string(),
  detail: z.string(),
  details: z.record(z.string(), z.unknown()).default({}),
});

/** One member's gateway, with one API key. */
export class GatewayClient {
  readonly #options: GatewayClientOptions;
  readonly #fetch: typeof fetch;

  /** @param dependencies.fetch another implementation of the Fetch standard */
  constructor(options: GatewayClientOptions, dependencies: { fetch?: typeof fetch } = {}) {
    this.#options = options;
    this.#fetch = dependencies.fetch ?? fetch;
  }

  /** @throws {LlmchainError} the gateway's code; `unavailable` when it does not answer */
  async call<O extends JsonOperation>(operation: O, request: Request<O>, signal?: AbortSignal): Promise<Answer<O>> {
    const response = await this.open(operation, request, signal);
    return (await response.json()) as Answer<O>;
  }

  /** As {@link call}, for content and streams. @param request.body bytes and streams of them are sent as they are, all else as JSON */
  async open<O extends Operation>(operation: O, request: Request<O>, signal?: AbortSignal): Promise<Response> {
    const { params = {}, query = {}, headers = {}, body } = request as Parts;
    const name: string = operation;
    const [method, path] = name.split(' ') as [string, string];
    const { url, key } = this.#options;
    const target = new URL(
      path.replaceAll(/\{(\w+)\}/g, (_, part: string) => encodeURIComponent(String(params[part]))),
      url,
    );
    for (const [field, value] of Object.entries(query)) {
      if (value !== undefined) target.searchParams.set(field, String(value));
    }
    const sent = new Headers(key === undefined ? {} : { authorization: `Bearer ${key}` });
    for (const [field, value] of Object.entries(headers)) if (value !== undefined) sent.set(field, String(value));
    const bytes = body instanceof Uint8Array ? new Uint8Array(body) : body instanceof ReadableStream ? body : undefined;
    if (body !== undefined) sent.set('content-type', bytes ? 'application/octet-stream' : 'application/json');
    const init = { method, headers: sent, ...(signal ? { signal } : {}) };
    const response = await this.#fetch(target, {
      ...init,
      ...(body === undefined ? {} : { body: bytes ?? JSON.stringify(body), duplex: 'half' }),
    }).catch((cause: unknown) => {
      throw new LlmchainError('unavailable', `The gateway at ${url} does not answer. Try again.`, { url }, { cause });
    });
    if (response.ok) return response;
    throw await failureOf(response);
  }
}

async function failureOf(response: Response): Promise<LlmchainError> {
  const problem = Problem.safeParse(await response.json().catch(() => undefined));
  if (problem.success && isErrorCode(problem.data.code)) {
    return new LlmchainError(problem.data.code, problem.data.detail, problem.data.details);
  }
  return new LlmchainError('internal', `The gateway answered ${response.status} without saying why. Try again.`, {
    status: response.status,
  });
}
