import { chmod, lstat, mkdir, unlink } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import path from 'node:path';
import { decode, Digest, LlmchainError, MspId, type Verdict } from '@llmchain/protocol';
import { z } from 'zod';
import type { Question } from './reexamination';

const Query = z
  .strictObject({
    batch: z.string().min(3).max(100),
    root: Digest,
    receipt: Digest.optional(),
    evidence: Digest.optional(),
    keeper: MspId.optional(),
  })
  .refine(({ receipt, evidence, keeper }) => receipt !== undefined || (evidence ?? keeper) === undefined, {
    message: 'needs a receipt that it is evidence of',
    path: ['evidence'],
  });

/** What is known of a batch, or of one receipt of it. */
export type AnswerVerdict = (batch: string, root: string, about?: Omit<Question, 'batch'>) => Verdict;

/**
 * Answers the member's own chaincode on a Unix socket: `GET /verdict?batch=&root=`, verdicts computed before. With `receipt=`
 * it is asked of that receipt alone, and `evidence=&keeper=` say where another member keeps evidence of it.
 */
export class VerdictServer {
  readonly #socket: string;
  readonly #verdict: AnswerVerdict;
  readonly #server: Server;

  constructor(options: { socket: string }, dependencies: { verdict: AnswerVerdict }) {
    this.#socket = options.socket;
    this.#verdict = dependencies.verdict;
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  async start(): Promise<void> {
    await mkdir(path.dirname(this.#socket), { recursive: true, mode: 0o700 });
    await removeStale(this.#socket);
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#socket, resolve);
    });
    await chmod(this.#socket, 0o600);
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const send = (code: number, body: unknown): void => {
      response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    try {
      const url = new URL(request.url ?? '/', 'http://verifier');
      if (request.method !== 'GET' || url.pathname !== '/verdict') {
        send(404, new LlmchainError('not_found', 'Ask GET /verdict?batch=<producer>/<sequence>&root=<hex>.'));
        return;
      }
      const { batch, root, receipt, ...kept } = decode(Query, Object.fromEntries(url.searchParams), 'query');
      send(200, this.#verdict(batch, root, receipt === undefined ? undefined : { receipt, ...kept }));
    } catch (error) {
      if (error instanceof LlmchainError) send(400, error);
      else send(500, new LlmchainError('internal', 'The verifier failed; its log has the cause.'));
    }
  }
}

/** Removes the socket that a killed process left. */
async function removeStale(socket: string): Promise<void> {
  const found = await lstat(socket).catch(() => undefined);
  if (!found) return;
  if (!found.isSocket()) {
    throw new LlmchainError('wrong_state', 'The path of the verdict socket holds another file. Move it.', { socket });
  }
  await unlink(socket);
}
