import https from 'node:https';
import { LlmchainError, type ErrorCode } from '@llmchain/protocol';
import { z } from 'zod';

const TIME_LIMIT = 15_000;

/** fabric-ca's envelope around every answer. */
const Envelope = z.object({
  result: z.unknown(),
  success: z.boolean(),
  errors: z.array(z.object({ code: z.number(), message: z.string() })).nullish(),
});

const CODE_OF: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid_argument',
  401: 'not_authenticated',
  403: 'not_authorised',
  404: 'not_found',
  409: 'already_registered',
};

export interface CaRequest {
  readonly method: 'POST' | 'PUT';
  readonly body: string;
  readonly authorization: string;
  /** PEM: the root that the authority's own TLS certificate chains to. */
  readonly tlsRoot: string;
}

/**
 * Sends one request on a connection of its own.
 * @returns the answer's `result`
 * @throws {LlmchainError} `unavailable` when the authority does not answer, or the code of its refusal
 */
export async function send(url: URL, request: CaRequest): Promise<unknown> {
  const { status, text } = await exchange(url, request).catch((cause: unknown) => {
    throw new LlmchainError(
      'unavailable',
      `The certificate authority at ${url.origin} does not answer. See that it runs, then try again.`,
      { url: url.origin },
      { cause },
    );
  });
  const envelope = Envelope.safeParse(parsed(text));
  if (envelope.success && envelope.data.success) return envelope.data.result;
  const said = envelope.data?.errors?.map(({ message }) => message).join('; ') ?? text.slice(0, 200);
  throw new LlmchainError(
    CODE_OF[status] ?? 'unavailable',
    `The certificate authority refused ${url.pathname}: ${said || `status ${status}`}`,
    { status, path: url.pathname },
  );
}

function exchange(url: URL, request: CaRequest): Promise<{ status: number; text: string }> {
  const { method, body, authorization, tlsRoot: ca } = request;
  const headers = { authorization, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const outgoing = https.request(url, { method, headers, ca, agent: false, timeout: TIME_LIMIT }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${TIME_LIMIT / 1000} s`)));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
