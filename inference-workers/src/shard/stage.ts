import { LlmchainError, type RangeForward, type RangeOpen, type RangeOutput } from '@llmchain/protocol';
import type { Logger } from 'pino';
import { backOff, problemOf } from '../ledger/back-off';
import { toBytes, toFloats } from './floats';
import { MOST_TOKENS } from './held-range';
import type { Holder, RangeSequence } from './holder';

/** A range of a pipeline and those that hold it. */
export interface StageOptions extends Omit<RangeOpen, 'tokens'> {
  readonly holders: readonly Holder[];
  /** Hidden states that go in and out, each of `hiddenSize` features; none in takes tokens, none out gives logits. */
  readonly takes: number;
  readonly gives: number;
  readonly hiddenSize: number;
  readonly vocabulary: number;
  /** Whether the last range gives the states that logits are made of. */
  readonly givesHidden: boolean;
}

/** What a range gave for a pass, checked. */
export interface StageOutput {
  readonly states: Float32Array;
  readonly logits: Float32Array;
  readonly hidden: Float32Array;
}

/** Holders of one range as all sequences know them. */
export class Stage {
  readonly #holders: { holder: Holder; sequences: number; failures: number; avoidedUntil: number }[];
  readonly #log: Logger;

  constructor(
    readonly options: StageOptions,
    { log }: { log: Logger },
  ) {
    this.#holders = options.holders.map((holder) => ({ holder, sequences: 0, failures: 0, avoidedUntil: 0 }));
    this.#log = log;
  }

  /**
   * Opens a sequence at a holder that is not among the `excluded`: one that has not failed of late, and of these the one
   * with the fewest.
   * @throws {LlmchainError} `unavailable` when none is left
   */
  async open(tokens: number, excluded: Set<string>): Promise<HeldBy> {
    const { model, version, first, last } = this.options;
    for (;;) {
      const now = Date.now();
      const [next] = this.#holders
        .filter(({ holder }) => !excluded.has(holder.id))
        .sort((a, b) => Number(a.avoidedUntil > now) - Number(b.avoidedUntil > now) || a.sequences - b.sequences);
      if (!next) {
        throw new LlmchainError('unavailable', `No holder of layers ${first} to ${last} answers. Try another worker.`, {
          ...{ model, version, first, last },
        });
      }
      const failed = (error: unknown): void => {
        next.avoidedUntil = Date.now() + backOff(next.failures++, 60_000);
        excluded.add(next.holder.id);
        this.#log.warn({ ...problemOf(error), holder: next.holder.id, model, first, last }, 'a holder failed');
      };
      try {
        const sequence = await next.holder.open({ model, version, first, last, tokens });
        next.sequences++;
        let open = true;
        const close = (): void => {
          if (open) next.sequences--;
          open = false;
          sequence.close();
        };
        return { id: next.holder.id, sequence, failed, close, good: () => void (next.failures = 0) };
      } catch (error) {
        failed(error);
      }
    }
  }

  /** @throws {LlmchainError} `invalid_argument` when what came has other sizes than it should, or is not finite */
  check({ states, logits, hidden }: RangeOutput, { count, logits: wanted }: RangeForward): StageOutput {
    const { gives, hiddenSize, vocabulary, givesHidden } = this.options;
    const isLast = gives === 0;
    return {
      states: toFloats(states, gives * count * hiddenSize, 'Hidden states'),
      logits: toFloats(logits, isLast ? wanted * vocabulary : 0, 'Logits'),
      hidden: toFloats(hidden, isLast && givesHidden ? wanted * hiddenSize : 0, 'Last hidden states'),
    };
  }
}

/** A sequence at one holder. */
interface HeldBy {
  readonly id: string;
  readonly sequence: RangeSequence;
  failed(error: unknown): void;
  good(): void;
  close(): void;
}

/** What goes into a range: tokens for the first, for the others hidden states [values, count, features]. */
export type StageInput = readonly number[] | Float32Array;

/**
 * One sequence's way through one range. All inputs are kept here, so that when its holder fails another one is led
 * through them and the sequence goes on where it was.
 */
export class StageSequence {
  readonly #stage: Stage;
  readonly #most: number;
  /** What each token brought with it: its id, or its hidden states [values · features]. */
  readonly #inputs: (number | Float32Array)[] = [];
  #holder: HeldBy | undefined;
  #held = 0;

  constructor(stage: Stage, most: number) {
    this.#stage = stage;
    this.#most = most;
  }

  /** Bytes of the inputs that are kept. */
  get bytes(): number {
    const { takes, hiddenSize } = this.#stage.options;
    return this.#inputs.length * Float32Array.BYTES_PER_ELEMENT * Math.max(1, takes * hiddenSize);
  }

  /** Who holds it now. */
  get holder(): string | undefined {
    return this.#holder?.id;
  }

  /** @throws {LlmchainError} `unavailable` when every holder of the range has failed */
  async forward(past: number, input: StageInput, count: number, logits: number): Promise<StageOutput> {
    this.#keep(past, input, count);
    for (const excluded = new Set<string>(); ;) {
      const holder = (this.#holder ??= await this.#open(excluded));
      try {
        for (let at = this.#held; at < past; at = this.#held) {
          await this.#pass(holder, at, Math.min(MOST_TOKENS, past - at), 0);
        }
        const output = await this.#pass(holder, past, count, logits);
        holder.good();
        return output;
      } catch (error) {
        holder.failed(error);
        excluded.add(holder.id);
        this.release();
      }
    }
  }

  /** Lets the holder free its keys and values; they come back by the inputs. */
  release(): void {
    this.#holder?.close();
    this.#holder = undefined;
    this.#held = 0;
  }

  async #open(excluded: Set<string>): Promise<HeldBy> {
    return this.#stage.open(this.#most, excluded);
  }

  async #pass(holder: HeldBy, past: number, count: number, logits: number): Promise<StageOutput> {
    const inputs = this.#inputs.slice(past, past + count);
    const isFirst = this.#stage.options.takes === 0;
    const tokens = isFirst ? (inputs as number[]) : [];
    const states = isFirst ? new Uint8Array(0) : toBytes(this.#joined(inputs as Float32Array[]));
    const pass = { past, count, tokens, states, logits };
    const output = this.#stage.check(await holder.sequence.forward(pass), pass);
    this.#held = past + count;
    return output;
  }

  #keep(past: number, input: StageInput, count: number): void {
    const { takes, hiddenSize } = this.#stage.options;
    this.#inputs.length = past;
    for (let at = 0; at < count; at++) {
      if (!(input instanceof Float32Array)) {
        this.#inputs.push(input[at]!);
        continue;
      }
      const own = new Float32Array(takes * hiddenSize);
      for (let value = 0; value < takes; value++) {
        const start = (value * count + at) * hiddenSize;
        own.set(input.subarray(start, start + hiddenSize), value * hiddenSize);
      }
      this.#inputs.push(own);
    }
  }

  /** Tokens' states as a pass takes them, [values, count, features]. */
  #joined(inputs: readonly Float32Array[]): Float32Array {
    const { takes, hiddenSize } = this.#stage.options;
    const all = new Float32Array(inputs.length * takes * hiddenSize);
    inputs.forEach((own, at) => {
      for (let value = 0; value < takes; value++) {
        all.set(own.subarray(value * hiddenSize, (value + 1) * hiddenSize), (value * inputs.length + at) * hiddenSize);
      }
    });
    return all;
  }
}
