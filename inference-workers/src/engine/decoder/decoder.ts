/** Sizes that a graph may leave symbolic and `config.json` then tells. */
export interface DecoderGeometry {
  layers: number;
  kvHeads: number;
  headSize: number;
  vocabulary: number;
}

/** One row of a forward pass. */
export interface PassRow {
  /** Tokens that its cache holds already. */
  readonly past: number;
  /** The tokens that follow, at least one. */
  readonly tokens: readonly number[];
}

/** Consecutive rows of a cache that go one pass further; all of them have the same number of new tokens. */
export interface Pass {
  /** Row of the cache that the first row of the pass is. */
  readonly first: number;
  readonly rows: readonly PassRow[];
  /** Of how many of its last new tokens each row wants logits. */
  readonly logits: number;
}

/** Keys and values of the tokens of several sequences, a row each. */
export interface KeyValueCache {
  /** Runs a pass and takes its keys and values in. @returns logits [rows · wanted, V], which the next pass may overwrite */
  forward(pass: Pass): Promise<Float32Array>;
  /** Makes the first `tokens` tokens of row `to` those of row `from`. */
  copy(from: number, to: number, tokens: number): void;
}

/** A decoder-only model in the layout of Hugging Face Optimum. */
export interface Decoder {
  readonly geometry: DecoderGeometry;
  /** Whether rows of one pass are computed together, and may hold more than one new token over a past only alone. */
  readonly batches: boolean;
  /** Memory for sequences of at most so many tokens; it is taken up as they grow. */
  allocate(rows: number, tokens: number): KeyValueCache;
  close(): Promise<void>;
}

/** Bytes that one token takes in a cache of single precision. */
export function cacheBytes({ layers, kvHeads, headSize }: DecoderGeometry): number {
  return 2 * layers * kvHeads * headSize * Float32Array.BYTES_PER_ELEMENT;
}
