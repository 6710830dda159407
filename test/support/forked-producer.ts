import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { LlmchainError, type PendingReceipt } from '@llmchain/protocol';
import type { Ledger } from '../../gateway/src/ports/ledger';

/** What a producer's process works with. */
export interface ProducerSettings {
  /** MSP id. */
  member: string;
  /** The worker's id. */
  worker: string;
  /** Folder of the Postgres server's socket, and the tables in it. */
  database: string;
  schema: string;
  /** Folders. */
  outbox: string;
  bucket: string;
}

type Said =
  { done: unknown } | { failed: string } | { ask: number; method: 'submit' | 'get' | 'find' | 'list'; args: unknown[] };

/** A producer in a process of its own, over this process's ledger. */
export class ProducerProcess {
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;

  private constructor(settings: ProducerSettings, ledger: Ledger) {
    const env = { ...process.env, NODE_OPTIONS: '' };
    this.#child = fork(path.join(__dirname, 'producer-process.cjs'), [JSON.stringify(settings)], { env, execArgv: [] });
    this.#exit = once(this.#child, 'exit');
    this.#child.on('message', (said: Said) => {
      if ('ask' in said) void this.#answer(said, ledger);
    });
  }

  static async start(settings: ProducerSettings, ledger: Ledger): Promise<ProducerProcess> {
    const producer = new ProducerProcess(settings, ledger);
    await producer.#said();
    return producer;
  }

  /** Tells it where to kill itself. @param point see `producer-process.cjs` */
  async dieAt(point: string): Promise<void> {
    await this.#order('die', point);
  }

  /** @throws {LlmchainError} `unavailable` when it dies meanwhile */
  async keep(pending: PendingReceipt): Promise<void> {
    await this.#order('keep', pending);
  }

  /** Takes, anchors and has decided what there is. @returns how many receipts the worker has left */
  async turn(): Promise<number> {
    return (await this.#order('turn')) as number;
  }

  /** By which signal it died. */
  get killedBy(): NodeJS.Signals | null {
    return this.#child.signalCode;
  }

  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#exit;
  }

  #order(order: 'die' | 'keep' | 'turn', of?: unknown): Promise<unknown> {
    if (!this.#child.connected) return Promise.reject(dead());
    const said = this.#said();
    this.#child.send({ order, of }, () => undefined);
    return said;
  }

  async #said(): Promise<unknown> {
    const listening = new AbortController();
    const died = this.#exit.then((): Said => {
      throw dead();
    });
    try {
      for (;;) {
        const next = once(this.#child, 'message', listening).then(([said]) => said as Said);
        const said = await Promise.race([next, died]);
        if ('failed' in said) throw new Error(said.failed);
        if ('done' in said) return said.done;
      }
    } finally {
      listening.abort();
    }
  }

  async #answer({ ask: answer, method, args }: Extract<Said, { ask: number }>, ledger: Ledger): Promise<void> {
    // What the other process asks is what its use cases do: they were type-checked.
    const call = ledger[method].bind(ledger) as (...args: unknown[]) => unknown;
    let said: object;
    try {
      const answered = call(...args);
      const result = method === 'list' ? await collected(answered as AsyncIterable<unknown>) : await answered;
      said = { answer, result };
    } catch (error) {
      said = { answer, error: error instanceof LlmchainError ? JSON.stringify(error) : String(error) };
    }
    if (this.#child.connected) this.#child.send(said, () => undefined);
  }
}

function dead(): LlmchainError {
  return new LlmchainError('unavailable', 'The process died.');
}

async function collected<T>(all: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of all) found.push(each);
  return found;
}
