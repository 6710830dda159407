import { LlmchainError } from '@llmchain/protocol';
import { Tensor, type InferenceSession } from 'onnxruntime-node';
import type { Decoder, DecoderGeometry, KeyValueCache, Pass } from './decoder';
import { cacheNames, demandVocabulary, integers } from './layout';

/** Tokens of the buffers that a graph is tried with. */
const TRIAL = 4;

/**
 * A graph that extends cache buffers of a fixed capacity in place, as those over ONNX Runtime's grouped-query attention
 * do: rows of any lengths advance together, and nothing is copied.
 */
export class BufferedDecoder implements Decoder {
  readonly geometry: DecoderGeometry;
  readonly batches = true;
  readonly #session: InferenceSession;

  constructor(session: InferenceSession, geometry: DecoderGeometry) {
    this.#session = session;
    this.geometry = geometry;
  }

  /** Whether the graph is of this kind: a token of its own in a larger buffer leaves the buffer's size as it is. */
  async works(): Promise<boolean> {
    if (!this.#session.inputNames.includes('num_logits_to_keep')) return false;
    try {
      await this.allocate(1, TRIAL).forward({ first: 0, rows: [{ past: 0, tokens: [0] }], logits: 1 });
      return true;
    } catch {
      return false;
    }
  }

  allocate(rows: number, tokens: number): KeyValueCache {
    return new BufferedCache(this.#session, this.geometry, { rows, tokens });
  }

  close(): Promise<void> {
    return this.#session.release();
  }
}

/** Tokens that buffers hold at first. The runtime's work grows with their capacity, so they double as rows grow. */
const FIRST_CAPACITY = 128;

class BufferedCache implements KeyValueCache {
  readonly #session: InferenceSession;
  readonly #geometry: DecoderGeometry;
  readonly #rows: number;
  readonly #most: number;
  #capacity: number;
  readonly #names: { past: string; present: string }[];
  /** [rows, kvHeads, capacity, headSize] each. */
  #buffers: Float32Array[];

  constructor(session: InferenceSession, geometry: DecoderGeometry, size: { rows: number; tokens: number }) {
    this.#session = session;
    this.#geometry = geometry;
    this.#rows = size.rows;
    this.#most = size.tokens;
    this.#capacity = Math.min(size.tokens, FIRST_CAPACITY);
    this.#names = cacheNames(geometry.layers);
    this.#buffers = this.#empty();
  }

  async forward({ first, rows, logits }: Pass): Promise<Float32Array> {
    const { kvHeads, headSize } = this.#geometry;
    const time = rows[0]!.tokens.length;
    const totals = rows.map(({ past }) => past + time);
    const longest = Math.max(...totals);
    if (longest > this.#capacity) this.#grow(longest);
    const feeds: Record<string, Tensor> = {
      input_ids: integers(
        rows.flatMap(({ tokens }) => tokens),
        [rows.length, time],
      ),
      attention_mask: prefixMask(totals, longest),
      num_logits_to_keep: integers([logits], []),
    };
    const fetches: Record<string, Tensor | null> = { logits: null };
    this.#names.forEach(({ past, present }, index) => {
      const part = this.#buffers[index]!.subarray(first * this.#rowSize, (first + rows.length) * this.#rowSize);
      const tensor = new Tensor('float32', part, [rows.length, kvHeads, this.#capacity, headSize]);
      feeds[past] = tensor;
      fetches[present] = tensor;
    });
    const outputs = await this.#session.run(feeds, fetches);
    return demandVocabulary(outputs['logits'] as Tensor, this.#geometry);
  }

  copy(from: number, to: number, tokens: number): void {
    const { kvHeads, headSize } = this.#geometry;
    for (const buffer of this.#buffers) {
      for (let head = 0; head < kvHeads; head++) {
        const offset = head * this.#capacity * headSize;
        const start = from * this.#rowSize + offset;
        buffer.copyWithin(to * this.#rowSize + offset, start, start + tokens * headSize);
      }
    }
  }

  #empty(): Float32Array[] {
    return this.#names.map(() => new Float32Array(this.#rows * this.#rowSize));
  }

  /** Makes room for so many tokens in every row, and keeps what the rows hold. */
  #grow(tokens: number): void {
    const { kvHeads, headSize } = this.#geometry;
    const [before, held] = [this.#buffers, this.#capacity * headSize];
    if (tokens > this.#most) {
      throw new LlmchainError('internal', `A row of ${tokens} tokens is longer than the ${this.#most} asked for.`);
    }
    this.#capacity = Math.min(this.#most, 2 ** Math.ceil(Math.log2(tokens)));
    this.#buffers = this.#empty();
    const size = this.#capacity * headSize;
    this.#buffers.forEach((buffer, index) => {
      for (let head = 0; head < this.#rows * kvHeads; head++) {
        buffer.set(before[index]!.subarray(head * held, (head + 1) * held), head * size);
      }
    });
  }

  get #rowSize(): number {
    const { kvHeads, headSize } = this.#geometry;
    return kvHeads * this.#capacity * headSize;
  }
}

/** Each row's tokens as ones, [rows, longest]. */
function prefixMask(totals: readonly number[], longest: number): Tensor {
  const mask = new BigInt64Array(totals.length * longest);
  totals.forEach((total, row) => mask.fill(1n, row * longest, row * longest + total));
  return new Tensor('int64', mask, [totals.length, longest]);
}
