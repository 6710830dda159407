import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Answer =
  { verdict: 'accept' | 'reject' | 'pending'; reason?: string; receipt?: string } | 'hang' | 'garbage' | 'error';

/** A verifier's socket that answers what a test tells it, at the place where the chaincode looks. */
export class Verdicts {
  answer: Answer = { verdict: 'pending' };
  /** What it says when it is asked of a receipt, or of the batch, instead of `answer`. */
  of: ((receipt: string | undefined) => Answer) | undefined;
  /** The receipts that it was asked of, in order; undefined where it was the batch. */
  readonly questions: (string | undefined)[] = [];
  /** How many connections have been made to it. */
  connections = 0;
  readonly #server: Server;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://verifier');
      const batch = url.searchParams.get('batch');
      const root = url.searchParams.get('root');
      const receipt = url.searchParams.get('receipt') ?? undefined;
      this.questions.push(receipt);
      const answer = this.of?.(receipt) ?? this.answer;
      if (answer === 'hang') return;
      response.statusCode = answer === 'error' ? 500 : 200;
      response.end(typeof answer === 'object' ? JSON.stringify({ batch, root, ...answer }) : '{"verdict":"acc');
    });
    this.#server.on('connection', () => this.connections++);
  }

  static async open(): Promise<Verdicts> {
    const verdicts = new Verdicts(await mkdtemp(join(tmpdir(), 'verdicts-')));
    await new Promise<void>((resolve) => verdicts.#server.listen(verdicts.socket, resolve));
    process.env.CORE_PEER_LOCALMSPID = 'GuildMSP';
    process.env.LLMCHAIN_VERIFIER_SOCKET = verdicts.socket;
    process.env.LLMCHAIN_VERIFIER_TIMEOUT_MS = '300';
    return verdicts;
  }

  get socket(): string {
    return join(this.#folder, 'verifier.sock');
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#folder, { recursive: true, force: true });
  }
}
