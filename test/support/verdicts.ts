import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Answer =
  | { verdict: 'accept' | 'reject' | 'pending'; reason?: string; receipt?: string }
  | 'hang'
  | 'garbage'
  | 'error'
  | 'endless'
  | 'drip'
  | 'drop';

/** A verifier's socket that answers what a test tells it, at the place where the chaincode looks. */
export class Verdicts {
  answer: Answer = { verdict: 'pending' };
  /** What it says when it is asked of a receipt, or of the batch, instead of `answer`. */
  of: ((receipt: string | undefined) => Answer) | undefined;
  /** The receipts that it was asked of, in order; undefined where it was the batch. */
  readonly questions: (string | undefined)[] = [];
  /** How many connections have been made to it. */
  connections = 0;
  /** Bytes that were taken of an answer that does not end. */
  sent = 0;
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
      if (answer === 'drop') {
        request.socket.destroy();
        return;
      }
      if (answer === 'endless' || answer === 'drip') {
        this.#goOn(response, answer === 'drip' ? 20 : 0);
        return;
      }
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

  /** Answers without an end, as fast as it is read, or a byte at a time. @param pause between bytes, milliseconds */
  #goOn(response: ServerResponse, pause: number): void {
    const piece = Buffer.alloc(pause > 0 ? 1 : 4_096, 0x20);
    const write = (): void => {
      if (response.destroyed) return;
      this.sent += piece.length;
      const taken = response.write(piece);
      if (pause > 0) setTimeout(write, pause);
      else if (taken) setImmediate(write);
      else response.once('drain', write);
    };
    write();
  }

  /** Ends as a process that is killed does: its socket stays, and nobody listens. */
  async die(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await writeFile(this.socket, '');
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
