/** Sizes that a graph may leave symbolic and `config.json` then tells. */
export interface DecoderGeometry {
  layers: number;
  kvHeads: number;
  headSize: number;
  vocabulary: number;
}

/** One row of a forward pass. */
export interface PassRow {
  /** Which row of the cache. */
  readonly row: number;
  /** Tokens that its cache holds already. */
  readonly past: number;
  /** The tokens that follow, at least one. */
  readonly tokens: readonly number[];
}

/** Rows of a cache that go one pass further; all of them have the same number of new tokens. */
export interface Pass {
  readonly rows: readonly PassRow[];
  /** Of how many of its last new tokens each row wants logits. */
  readonly logits: number;
  /** Takes the last hidden states of the same tokens, [rows · wanted, hidden size]; the decoder has to give them. */
  readonly hidden?: ((states: Float32Array) => void) | undefined;
}

/** Keys and values of the tokens of several sequences, a row each. */
export interface KeyValueCache {
  /** Bytes that it takes now. */
  readonly bytes: number;
  /** Runs a pass and takes its keys and values in. @returns logits [rows · wanted, V], which the next pass may overwrite */
  forward(pass: Pass): Promise<Float32Array>;
  /** Makes the first `tokens` tokens of row `to` those of row `from`. */
  copy(from: number, to: number, tokens: number): void;
  /** Says how many tokens a row will hold at most, so that it takes no more than is counted for it. */
  limit(row: number, tokens: number): void;
  /** Leaves a row its first tokens and the memory that they need; without tokens it has none. */
  keep(row: number, tokens: number): void;
}

/** A decoder-only model in the layout of Hugging Face Optimum. */
export interface Decoder {
  readonly geometry: DecoderGeometry;
  /** Whether rows of one pass are computed together. */
  readonly batches: boolean;
  /** Features of a last hidden state, where the graph gives them. */
  readonly hiddenSize: number | undefined;
  /** Memory for sequences of at most so many tokens; it is taken up as they grow. */
  allocate(rows: number, tokens: number): KeyValueCache;
  /** Bytes that a row of at most so many tokens takes, at most, in a cache whose longest sequence has `longest`. */
  bytesFor(tokens: number, longest: number): number;
  close(): Promise<void>;
}

/** Bytes that one token takes in a cache of single precision. */
export function cacheBytes({ layers, kvHeads, headSize }: DecoderGeometry): number {
  return 2 * layers * kvHeads * headSize * Float32Array.BYTES_PER_ELEMENT;
}
