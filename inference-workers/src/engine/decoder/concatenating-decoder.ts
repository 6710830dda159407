import { LlmchainError } from '@llmchain/protocol';
import { Tensor, type InferenceSession } from 'onnxruntime-node';
import { cacheBytes, type Decoder, type DecoderGeometry, type KeyValueCache, type Pass, type PassRow } from './decoder';
import { cacheNames, demandVocabulary, integers } from './layout';

/**
 * A graph whose outputs are the whole cache anew, past and new tokens concatenated, as most exports have it. Rows go
 * one after the other, since rows of different lengths would have to be padded.
 */
export class ConcatenatingDecoder implements Decoder {
  readonly geometry: DecoderGeometry;
  readonly batches = false;
  // Exports of others do not have it.
  readonly hiddenSize = undefined;
  readonly #session: InferenceSession;

  constructor(session: InferenceSession, geometry: DecoderGeometry) {
    this.#session = session;
    this.geometry = geometry;
  }

  allocate(rows: number): KeyValueCache {
    return new ConcatenatedCache(this.#session, this.geometry, rows);
  }

  /** While a row goes through a pass, its keys and values are there twice. */
  bytesFor(tokens: number): number {
    return 2 * tokens * cacheBytes(this.geometry);
  }

  close(): Promise<void> {
    return this.#session.release();
  }
}

class ConcatenatedCache implements KeyValueCache {
  readonly #session: InferenceSession;
  readonly #geometry: DecoderGeometry;
  readonly #rows: Map<string, Tensor>[];

  constructor(session: InferenceSession, geometry: DecoderGeometry, rows: number) {
    this.#session = session;
    this.#geometry = geometry;
    this.#rows = Array.from({ length: rows }, () => this.#empty());
  }

  get bytes(): number {
    const perToken = cacheBytes(this.#geometry);
    return this.#rows.reduce((sum, row) => sum + perToken * heldBy(row), 0);
  }

  async forward({ rows, logits }: Pass): Promise<Float32Array> {
    const { vocabulary } = this.#geometry;
    const all = new Float32Array(rows.length * logits * vocabulary);
    for (const [index, row] of rows.entries()) {
      const own = await this.#run(row);
      all.set(own.subarray(own.length - logits * vocabulary), index * logits * vocabulary);
    }
    return all;
  }

  copy(from: number, to: number, tokens: number): void {
    this.#rows[to] = new Map([...this.#rows[from]!].map(([name, tensor]) => [name, this.#cut(tensor, tokens)]));
  }

  /** Rows take what they hold, so there is nothing to bound. */
  limit(): void {
    // Nothing to do.
  }

  keep(row: number, tokens: number): void {
    this.copy(row, row, tokens);
  }

  async #run({ row: index, past, tokens }: PassRow): Promise<Float32Array> {
    const total = past + tokens.length;
    const positions = tokens.map((_, i) => past + i);
    const session = this.#session;
    const held = heldBy(this.#rows[index]!);
    // A row that is begun anew, or goes back to an earlier token, holds more than it should.
    if (held !== past) this.copy(index, index, past);
    const outputs = (await session.run({
      input_ids: integers(tokens, [1, tokens.length]),
      attention_mask: integers(Array<number>(total).fill(1), [1, total]),
      ...(session.inputNames.includes('position_ids') ? { position_ids: integers(positions, [1, tokens.length]) } : {}),
      ...(session.inputNames.includes('num_logits_to_keep') ? { num_logits_to_keep: integers([0], []) } : {}),
      ...Object.fromEntries(this.#rows[index]!),
    })) as Record<string, Tensor | undefined>;
    const next = new Map<string, Tensor>();
    for (const { past: name, present } of cacheNames(this.#geometry.layers)) {
      const tensor = outputs[present];
      if (tensor?.dims[2] !== total) {
        throw new LlmchainError('not_supported', `The graph's ${present} does not hold the whole past.`, { present });
      }
      next.set(name, tensor);
    }
    this.#rows[index] = next;
    return demandVocabulary(outputs['logits']!, this.#geometry);
  }

  #empty(): Map<string, Tensor> {
    const { layers, kvHeads, headSize } = this.#geometry;
    const dims = [1, kvHeads, 0, headSize];
    return new Map(cacheNames(layers).map(({ past }) => [past, new Tensor('float32', new Float32Array(0), dims)]));
  }

  #cut(tensor: Tensor, tokens: number): Tensor {
    const { kvHeads, headSize } = this.#geometry;
    const held = tensor.dims[2]!;
    const data = tensor.data as Float32Array;
    const out = new Float32Array(kvHeads * tokens * headSize);
    for (let head = 0; head < kvHeads; head++) {
      const start = head * held * headSize;
      out.set(data.subarray(start, start + tokens * headSize), head * tokens * headSize);
    }
    return new Tensor('float32', out, [1, kvHeads, tokens, headSize]);
  }
}

/** Tokens that a row holds. */
function heldBy(row: ReadonlyMap<string, Tensor>): number {
  return row.values().next().value?.dims[2] ?? 0;
}
