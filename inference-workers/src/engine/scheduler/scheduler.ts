import { LlmchainError, type ModelLoad } from '@llmchain/protocol';
import { cacheBytes, type Decoder, type KeyValueCache, type PassRow } from '../decoder/decoder';
import { roomFor, type Generated, type GenerationRequest } from '../generation';
import { FairQueue } from './fair-queue';
import { lookUp } from './lookup';
import { Rows } from './rows';
import { Running } from './running';

export interface SchedulerOptions {
  /** Most answers that are computed together. */
  readonly slots: number;
  /** Prompt tokens of one pass: longer prompts let the other answers go on between their parts. */
  readonly chunk: number;
  /** Most requests that wait, in all and of one tenant. */
  readonly waiting: number;
  readonly waitingPerTenant: number;
  /** Bytes that keys and values may take together, of running answers and of what is kept of earlier ones. */
  readonly cacheBytes: number;
  /** Tokens that are guessed ahead while one answer runs alone; 0 for none. */
  readonly guess: number;
}

/** What is scheduled. */
export interface Schedulable {
  readonly decoder: Decoder;
  /** Tokens that end an answer. */
  readonly stopTokens: ReadonlySet<number>;
  /** Longest sequence, prompt and answer together. */
  readonly contextTokens: number;
}

/** What a pass gives for one answer: logits, and hidden states where someone asked, of its wanted positions. */
interface Outputs {
  readonly logits: Float32Array;
  readonly hidden: Float32Array | undefined;
}

/**
 * Continuous batching (Yu et al., "Orca", 2022): answers join and leave at every step. A round is one part of one waiting
 * prompt and one step of all answers that decode. Answers that are alone are guessed ahead.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #model: Schedulable;
  readonly #rows: Rows;
  readonly #cache: KeyValueCache;
  readonly #queue: FairQueue<Running>;
  readonly #decoding: Running[] = [];
  readonly #prefilling: Running[] = [];
  #reserved = 0;
  #looping = false;

  constructor(options: SchedulerOptions, model: Schedulable) {
    this.#options = options;
    this.#model = model;
    this.#cache = model.decoder.allocate(options.slots, model.contextTokens);
    this.#rows = new Rows({ rows: options.slots }, { cache: this.#cache });
    this.#queue = new FairQueue({ waiting: options.waiting, perTenant: options.waitingPerTenant });
  }

  /** Bytes that keys and values take now. */
  get cacheBytes(): number {
    return this.#cache.bytes;
  }

  /** What runs and waits, and what it may still take. */
  get load(): ModelLoad {
    const running = [...this.#decoding, ...this.#prefilling];
    const waiting = [...this.#queue];
    return {
      running: running.length,
      waiting: waiting.length,
      slots: this.#options.slots,
      outstanding: [...running, ...waiting].reduce((sum, { pending, left }) => sum + pending + left, 0),
      room: Math.floor(Math.max(0, this.#options.cacheBytes - this.#reserved) / this.#bytesPerToken),
    };
  }

  /** How many of a prompt's first tokens need not be computed here. */
  shared({ tenant, prompt }: Pick<GenerationRequest, 'tenant' | 'prompt'>): number {
    return this.#rows.shared(tenant, prompt);
  }

  /** Whether a request could begin at once. */
  fits({ prompt, maxTokens }: Pick<GenerationRequest, 'prompt' | 'maxTokens'>): boolean {
    const bytes = this.#bytesFor(prompt.length + maxTokens);
    return this.#queue.size === 0 && this.#rows.free > 0 && this.#reserved + bytes <= this.#options.cacheBytes;
  }

  /**
   * Computes an answer; `onToken` is told of each token and its score as it is drawn, stop tokens included. A cancelled `signal` ends
   * it within a step, and what was given is the answer.
   * @throws {LlmchainError} `invalid_argument` when the prompt leaves no room, `overloaded` when the queue is full; the
   * signal's reason when it was cancelled while it waited
   */
  async generate(
    request: GenerationRequest,
    onToken: (token: number, score: number) => void,
    signal: AbortSignal,
  ): Promise<Generated> {
    signal.throwIfAborted();
    const most = Math.min(request.maxTokens, roomFor(request.prompt.length, this.#model.contextTokens));
    const { stopTokens, decoder } = this.#model;
    const { hiddenSize } = decoder;
    if (request.fingerprinted && hiddenSize === undefined) {
      throw new LlmchainError(
        'not_supported',
        'The model gives no hidden states to take fingerprints of. Import it anew.',
      );
    }
    const limits = { most, stopTokens, hiddenSize };
    let cancel = (): void => undefined;
    const answer = new Promise<Generated>((resolve, reject) => {
      const running = new Running(request, limits, { onToken, resolve, reject }, signal);
      this.#queue.push(request.tenant, running);
      cancel = () => {
        if (this.#queue.remove(request.tenant, running)) running.fail(signal.reason);
      };
    });
    signal.addEventListener('abort', cancel, { once: true });
    void this.#loop();
    try {
      return await answer;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  async #loop(): Promise<void> {
    if (this.#looping) return;
    this.#looping = true;
    // What is asked for in the same turn of the event loop begins together.
    await Promise.resolve();
    try {
      for (;;) {
        this.#admit();
        if (this.#decoding.length + this.#prefilling.length === 0) break;
        await this.#prefill();
        await this.#decode();
      }
    } catch (error) {
      // A fault of the scheduler itself: nobody is left waiting for what will not come.
      for (const running of [...this.#decoding, ...this.#prefilling]) running.fail(error);
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) next.fail(error);
    } finally {
      this.#looping = false;
    }
  }

  #admit(): void {
    for (let next = this.#queue.peek(); next && this.#rows.free > 0; next = this.#queue.peek()) {
      const bytes = this.#bytesOf(next);
      // What alone is more than the memory runs alone.
      if (this.#reserved > 0 && this.#reserved + bytes > this.#options.cacheBytes) return;
      this.#queue.shift();
      try {
        next.request.begin?.();
      } catch (error) {
        next.fail(error);
        continue;
      }
      const { row, cached } = this.#rows.take(next.request.tenant, next.request.prompt);
      Object.assign(next, { row, cached });
      this.#cache.limit(row, this.#longest(next));
      this.#reserved += bytes;
      while (this.#reserved + this.#keptBytes > this.#options.cacheBytes && this.#rows.evict());
      this.#prefilling.push(next);
    }
  }

  /**
   * One part of the prompt that has waited longest, and as much of others that have as much left, as far as one pass goes:
   * they read the weights once.
   */
  async #prefill(): Promise<void> {
    const first = this.#prefilling[0];
    if (!first) return;
    if (first.signal.aborted) {
      first.end('cancelled');
      this.#free(first);
      return;
    }
    const length = Math.min(first.pending, this.#options.chunk);
    const together = this.#together(first, length);
    const rows = together.map(({ row, cached: past, tokens }) => ({
      row,
      past,
      tokens: tokens.slice(past, past + length),
    }));
    await this.#pass(together, rows, 1, (outputs, running) => {
      running.cached += length;
      this.#rows.holds(running.row, running.tokens.slice(0, running.cached));
      this.#queue.charge(running.request.tenant, length);
      if (running.pending > 0) return;
      this.#take(running, outputs, 0);
      if (running.ended) return;
      this.#prefilling.splice(this.#prefilling.indexOf(running), 1);
      this.#decoding.push(running);
    });
    // The others' prompts go on too.
    if (this.#prefilling[0] === first) this.#prefilling.push(this.#prefilling.shift()!);
  }

  /** Whose prompts have a part of that length to go, the longest waiting first, as many as one pass takes. */
  #together(first: Running, length: number): Running[] {
    if (!this.#model.decoder.batches) return [first];
    const most = Math.floor(this.#options.chunk / length);
    return this.#prefilling.filter(({ pending, signal }) => pending >= length && !signal.aborted).slice(0, most);
  }

  /** One step of everything that decodes. */
  async #decode(): Promise<void> {
    for (const running of [...this.#decoding]) {
      if (!running.signal.aborted) continue;
      running.end('cancelled');
      this.#free(running);
    }
    const all = [...this.#decoding];
    if (all.length === 0) return;
    const guess = all.length === 1 && this.#prefilling.length === 0 ? this.#guess(all[0]!) : [];
    const rows = all.map(({ row, cached, tokens }) => ({
      row,
      past: cached,
      tokens: [...tokens.slice(cached), ...guess],
    }));
    await this.#pass(all, rows, 1 + guess.length, (outputs, running) => {
      for (let at = 0; ; at++) {
        running.cached++;
        const token = this.#take(running, outputs, at);
        if (running.ended || token === undefined || token !== guess[at]) break;
      }
      this.#rows.holds(running.row, running.tokens.slice(0, running.cached));
    });
  }

  #guess(running: Running): number[] {
    const most = Math.min(this.#options.guess, running.left - 1);
    return most > 0 ? lookUp(running.tokens, most) : [];
  }

  /** Runs a pass and hands each answer its logits; an answer that fails ends alone, a pass that fails ends them all. */
  async #pass(
    all: readonly Running[],
    rows: readonly PassRow[],
    wanted: number,
    each: (outputs: Outputs, running: Running) => void,
  ): Promise<void> {
    const { geometry, hiddenSize = 0 } = this.#model.decoder;
    const part = (values: Float32Array, index: number, size: number): Float32Array =>
      values.subarray(index * wanted * size, (index + 1) * wanted * size);
    try {
      let states: Float32Array | undefined;
      const hidden = all.some(({ wantsHidden }) => wantsHidden)
        ? (given: Float32Array) => void (states = given)
        : undefined;
      const logits = await this.#cache.forward({ rows, logits: wanted, hidden });
      all.forEach((running, index) => {
        each(
          {
            logits: part(logits, index, geometry.vocabulary),
            hidden: states && part(states, index, hiddenSize),
          },
          running,
        );
      });
    } catch (error) {
      for (const running of all) if (!running.ended) running.fail(error);
    }
    for (const running of all) if (running.ended) this.#free(running);
  }

  /** @param at which of the answer's positions in the pass */
  #take(running: Running, { logits, hidden }: Outputs, at: number): number | undefined {
    const { geometry, hiddenSize = 0 } = this.#model.decoder;
    const own = (values: Float32Array, size: number): Float32Array => values.subarray(at * size, (at + 1) * size);
    try {
      this.#queue.charge(running.request.tenant, 1);
      return running.take(own(logits, geometry.vocabulary), hidden && own(hidden, hiddenSize));
    } catch (error) {
      running.fail(error);
      return undefined;
    }
  }

  /** Frees an ended answer's row for the next. */
  #free(running: Running): void {
    for (const list of [this.#prefilling, this.#decoding]) {
      const index = list.indexOf(running);
      if (index >= 0) list.splice(index, 1);
    }
    this.#reserved -= this.#bytesOf(running);
    this.#rows.release(running.row);
  }

  /** Tokens that an answer's row holds at most. */
  #longest({ request }: Running): number {
    return Math.min(this.#model.contextTokens, request.prompt.length + request.maxTokens);
  }

  #bytesOf(running: Running): number {
    return this.#bytesFor(this.#longest(running));
  }

  #bytesFor(tokens: number): number {
    const { decoder, contextTokens } = this.#model;
    return decoder.bytesFor(Math.min(tokens, contextTokens), contextTokens);
  }

  get #bytesPerToken(): number {
    return cacheBytes(this.#model.decoder.geometry);
  }

  /** Bytes of what is kept of earlier answers. */
  get #keptBytes(): number {
    return this.#rows.kept.reduce((sum, tokens) => sum + tokens, 0) * this.#bytesPerToken;
  }
}
