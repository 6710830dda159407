import { randomInt } from 'node:crypto';
import { LlmchainError, type RangeForward, type RangeOpen, type RangeOutput } from '@llmchain/protocol';
import type { Logger } from 'pino';
import { backOff, problemOf } from '../ledger/back-off';
import { alike } from './alike';
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
  /** One of so many passes, on average, is computed by another member's holder as well; 0: none. */
  readonly compareEvery: number;
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
        return {
          id: next.holder.id,
          member: next.holder.member,
          sequence,
          failed,
          close,
          good: () => void (next.failures = 0),
        };
      } catch (error) {
        failed(error);
      }
    }
  }

  /** Ids of the holders of these members. */
  heldBy(members: readonly string[]): Set<string> {
    const theirs = this.#holders.filter(({ holder }) => members.includes(holder.member));
    return new Set(theirs.map(({ holder }) => holder.id));
  }

  /** Whether this pass is one of those that are compared: nobody but this worker can tell before. */
  get isCompared(): boolean {
    const { compareEvery } = this.options;
    return compareEvery > 0 && randomInt(compareEvery) === 0;
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
  readonly member: string;
  readonly sequence: RangeSequence;
  failed(error: unknown): void;
  good(): void;
  close(): void;
}

/** A pass that goes on at what has been through the range. */
interface NextPass {
  readonly past: number;
  readonly count: number;
  readonly logits: number;
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

  /**
   * @throws {LlmchainError} `unavailable` when every holder of the range has failed; `not_verified` when those of two members
   * have computed different things, and there is no third member's to say which is right
   */
  async forward(past: number, input: StageInput, count: number, logits: number): Promise<StageOutput> {
    this.#keep(past, input, count);
    const pass = { past, count, logits };
    for (const excluded = new Set<string>(); ;) {
      const holder = (this.#holder ??= await this.#open(excluded));
      try {
        const output = await this.#through(holder, this.#held, pass, (held) => (this.#held = held));
        if (this.#stage.isCompared) await this.#compare(holder, pass, output);
        holder.good();
        return output;
      } catch (error) {
        if (error instanceof Undecided) throw this.#undecided(holder, error);
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

  /**
   * Has another member's holder compute a pass as well, and where they differ a third member's.
   * @throws {LlmchainError} `not_verified` when this holder is the one that is alone with its numbers
   * @throws {Undecided} when there are two of them, and nobody to ask
   */
  async #compare(holder: HeldBy, pass: NextPass, output: StageOutput): Promise<void> {
    const twin = await this.#again([holder.member], pass);
    if (!twin || same(twin.output, output)) return;
    const third = await this.#again([holder.member, twin.member], pass);
    if (third && same(third.output, output)) {
      twin.failed(differs(twin.id, [holder.id, third.id]));
      return;
    }
    if (third && same(third.output, twin.output)) throw differs(holder.id, [twin.id, third.id]);
    throw new Undecided(twin);
  }

  /** A pass as a holder of none of these members computes it, from the inputs that are kept; undefined where none does. */
  async #again(members: readonly string[], pass: NextPass): Promise<Recomputed | undefined> {
    const holder = await this.#open(this.#stage.heldBy(members)).catch(() => undefined);
    if (!holder) return undefined;
    const { id, member } = holder;
    const failed = (error: unknown): void => holder.failed(error);
    try {
      return { id, member, failed, output: await this.#through(holder, 0, pass) };
    } catch (error) {
      failed(error);
      return undefined;
    } finally {
      holder.close();
    }
  }

  /** Both are left for a while: one of them computes what the other does not. */
  #undecided(holder: HeldBy, { twin }: Undecided): LlmchainError {
    const { model, version, first, last } = this.#stage.options;
    const holders = [holder.id, twin.id];
    const error = new LlmchainError(
      'not_verified',
      `${holders.join(' and ')} differ in layers ${first} to ${last} of ${model}@${version}, and no third member holds these. Compare both with the whole model.`,
      { model, version, first, last, holders },
    );
    for (const each of [holder, twin]) each.failed(error);
    this.release();
    return error;
  }

  /** Leads a holder through what it does not hold yet, then through the pass. @param held told what it holds by then */
  async #through(
    holder: HeldBy,
    from: number,
    { past, count, logits }: NextPass,
    held: (tokens: number) => void = () => undefined,
  ): Promise<StageOutput> {
    for (let at = from; at < past;) {
      const next = Math.min(MOST_TOKENS, past - at);
      await this.#pass(holder, at, next, 0);
      held((at += next));
    }
    const output = await this.#pass(holder, past, count, logits);
    held(past + count);
    return output;
  }

  async #pass(holder: HeldBy, past: number, count: number, logits: number): Promise<StageOutput> {
    const inputs = this.#inputs.slice(past, past + count);
    const isFirst = this.#stage.options.takes === 0;
    const tokens = isFirst ? (inputs as number[]) : [];
    const states = isFirst ? new Uint8Array(0) : toBytes(this.#joined(inputs as Float32Array[]));
    const pass = { past, count, tokens, states, logits };
    return this.#stage.check(await holder.sequence.forward(pass), pass);
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

/** What a holder computed to be compared with another one's. */
interface Recomputed extends Pick<HeldBy, 'id' | 'member' | 'failed'> {
  readonly output: StageOutput;
}

/** Two members' holders have computed different things. */
class Undecided extends Error {
  constructor(readonly twin: Recomputed) {
    super('two holders differ');
  }
}

function same(one: StageOutput, other: StageOutput): boolean {
  return alike(one.states, other.states) && alike(one.logits, other.logits) && alike(one.hidden, other.hidden);
}

function differs(id: string, others: readonly string[]): LlmchainError {
  return new LlmchainError('not_verified', `${id} computes other numbers than ${others.join(' and ')} do.`, {
    holder: id,
    others,
  });
}
