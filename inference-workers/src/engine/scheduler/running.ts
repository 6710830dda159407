import { fromHex, LlmchainError, draw } from '@llmchain/protocol';
import type { Generated, GenerationRequest } from '../generation';
import { Fingerprinter } from '../fingerprinter';
import { keystream } from '../keystream';

/** One answer on its way: its tokens so far, and who is told of them. */
export class Running {
  readonly request: GenerationRequest;
  readonly signal: AbortSignal;
  /** Prompt and answer. */
  readonly tokens: number[];
  /** Row of the cache; −1 while it waits. */
  row = -1;
  /** Tokens whose keys and values are in the cache. */
  cached = 0;
  readonly #seed: Uint8Array;
  readonly #limit: number;
  readonly #stopTokens: ReadonlySet<number>;
  readonly #fingerprinter: Fingerprinter | undefined;
  readonly #onToken: (token: number, score: number) => void;
  readonly #settle: { resolve: (answer: Generated) => void; reject: (reason: unknown) => void };
  #ended = false;

  constructor(
    request: GenerationRequest,
    limits: { most: number; stopTokens: ReadonlySet<number>; hiddenSize?: number | undefined },
    listeners: {
      onToken: (token: number, score: number) => void;
      resolve: (answer: Generated) => void;
      reject: (reason: unknown) => void;
    },
    signal: AbortSignal,
  ) {
    this.request = request;
    this.signal = signal;
    this.tokens = [...request.prompt, ...(request.answered ?? [])];
    this.#seed = fromHex(request.seed);
    this.#limit = limits.most;
    this.#stopTokens = limits.stopTokens;
    this.#fingerprinter =
      request.fingerprinted && limits.hiddenSize !== undefined ? new Fingerprinter(limits.hiddenSize) : undefined;
    this.#onToken = listeners.onToken;
    this.#settle = listeners;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Tokens that the model has not seen. */
  get pending(): number {
    return this.tokens.length - this.cached;
  }

  /** Tokens that may still come. */
  get left(): number {
    return this.#limit - (this.tokens.length - this.request.prompt.length);
  }

  /** Whether it needs the states that its logits are made of. */
  get wantsHidden(): boolean {
    return this.#fingerprinter !== undefined;
  }

  /**
   * Draws the next token from its logits, tells it, and ends the answer where it was the last.
   * @param hidden the state that the logits are made of, where it is wanted
   * @returns the token
   */
  take(logits: Float32Array, hidden?: Float32Array): number {
    const position = this.tokens.length - this.request.prompt.length;
    const { temperatureMilli } = this.request;
    const { token, score } = draw(logits, { seed: this.#seed, position, temperatureMilli }, keystream);
    if (!Number.isFinite(score)) {
      throw new LlmchainError('internal', 'The model gave a logit that is not a number. Its parameters are damaged.');
    }
    this.tokens.push(token);
    if (hidden) this.#fingerprinter?.push(hidden);
    this.#onToken(token, score);
    if (this.#stopTokens.has(token)) this.end('stop');
    else if (this.left <= 0) this.end('length');
    return token;
  }

  end(stop: Generated['stop']): void {
    this.#ended = true;
    const { prompt, answered = [] } = this.request;
    const tokens = this.tokens.slice(prompt.length + answered.length);
    const fingerprints = this.#fingerprinter?.end();
    this.#settle.resolve({ tokens, stop, ...(fingerprints ? { fingerprints } : {}) });
  }

  fail(reason: unknown): void {
    this.#ended = true;
    this.#settle.reject(reason);
  }
}
