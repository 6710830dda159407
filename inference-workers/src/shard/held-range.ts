import { appendingGraph, layerRange, type LayerRange, type RangeGraph } from '@llmchain/onnx-graph';
import {
  decodeJson,
  LlmchainError,
  type ModelLoad,
  type ModelVersion,
  type RangeForward,
  type RangeOutput,
} from '@llmchain/protocol';
import { Tensor, type InferenceSession } from 'onnxruntime-node';
import { cacheNames, demandVocabulary, HIDDEN, integers, prefixMask } from '../engine/decoder/layout';
import { rowBytes, RowSets } from '../engine/decoder/row-sets';
import { enginesOf, type PoolOptions } from '../engine/execution-provider';
import { openSession } from '../engine/graph-session';
import type { ModelFiles } from '../files/model-files';
import { digestOfFile } from '../models/file-of-version';
import { geometryOf, ModelConfig, type ModelShape } from '../models/folder-schema';
import { GRAPH, SCHEDULING } from '../models/servable-model';
import { toBytes, toFloats } from './floats';

/** Most tokens of one pass. */
export const MOST_TOKENS = 128;
/** Most sequences at a time. */
const SLOTS = 64;

/** A range's graph. @throws {LlmchainError} `not_supported` when the model cannot be split there */
export function demandRange(model: Uint8Array, { first, last }: LayerRange): RangeGraph {
  const range = layerRange(model, { first, last });
  if (range) return range;
  throw new LlmchainError(
    'not_supported',
    `The graph has no layers ${first} to ${last} that could be computed apart. Ranges are cut from graphs over grouped-query attention, within their layers.`,
    { first, last },
  );
}

interface Loaded {
  readonly session: InferenceSession;
  readonly graph: RangeGraph;
  readonly range: LayerRange;
  /** Of the range: its layers alone. */
  readonly shape: ModelShape;
}

/** Layers of a model that this worker computes for the workers of others, for many sequences at a time. */
export class HeldRange {
  readonly #loaded: Loaded;
  readonly #memory: number;
  readonly #sequences = new Set<HeldSequence>();
  #reserved = 0;

  private constructor(
    readonly version: ModelVersion,
    loaded: Loaded,
    memory: number,
  ) {
    this.#loaded = loaded;
    this.#memory = memory;
  }

  /**
   * Loads a range of files that were checked against the ledger; of its weights the range's own are read.
   * @throws {LlmchainError} `not_supported` when the model cannot be split so, or the runtime cannot load the part
   */
  static async load(
    files: ModelFiles,
    version: ModelVersion,
    range: LayerRange,
    options: PoolOptions,
  ): Promise<HeldRange> {
    for (const file of [GRAPH, 'config.json']) digestOfFile(version, file);
    const config = decodeJson(ModelConfig, (await files.read('config.json')).toString('utf8'), 'config.json');
    const graph = demandRange(await files.read(GRAPH), range);
    const shape = { ...geometryOf(config), layers: range.last - range.first + 1 };
    const bytes = appendingGraph(graph.graph(), shape);
    if (!bytes) throw new LlmchainError('not_supported', 'The attention of this graph is not one that is split.');
    const session = await openSession(files, { name: GRAPH, bytes }, enginesOf(options)[0]!);
    const memory = options.deviceMemory ?? SCHEDULING.cacheBytes;
    return new HeldRange(version, { session, graph, range, shape }, memory);
  }

  get range(): LayerRange {
    return this.#loaded.range;
  }

  /** Bytes that keys and values take now. */
  get bytes(): number {
    return [...this.#sequences].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get load(): ModelLoad {
    const perToken = rowBytes(this.version.contextTokens, this.version.contextTokens, this.#loaded.shape);
    const room = Math.floor(((this.#memory - this.#reserved) / perToken) * this.version.contextTokens);
    return { running: this.#sequences.size, waiting: 0, slots: SLOTS, outstanding: 0, room: Math.max(0, room) };
  }

  /**
   * Begins a sequence of at most so many tokens; `close` frees it.
   * @throws {LlmchainError} `invalid_argument` beyond the version's context, `overloaded` when keys and values have no room
   */
  open(tokens: number): HeldSequence {
    const { contextTokens } = this.version;
    if (tokens < 1 || tokens > contextTokens) {
      throw new LlmchainError('invalid_argument', `A sequence has 1 to ${contextTokens} tokens.`, { tokens });
    }
    const bytes = rowBytes(tokens, contextTokens, this.#loaded.shape);
    if (this.#sequences.size >= SLOTS || this.#reserved + bytes > this.#memory) {
      throw new LlmchainError('overloaded', 'The range has no room for one more sequence. Try its other holder.', {
        sequences: this.#sequences.size,
        retryAfterMs: 1_000,
      });
    }
    this.#reserved += bytes;
    const sequence = new HeldSequence(this.#loaded, tokens, () => {
      if (this.#sequences.delete(sequence)) this.#reserved -= bytes;
    });
    this.#sequences.add(sequence);
    return sequence;
  }

  close(): Promise<void> {
    for (const sequence of this.#sequences) sequence.close();
    return this.#loaded.session.release();
  }
}

/** Keys and values of one sequence in a range's layers. Passes come one after the other. */
export class HeldSequence {
  readonly #loaded: Loaded;
  readonly #tokens: number;
  readonly #closed: () => void;
  readonly #rows: RowSets;
  #held = 0;
  #ended = false;

  constructor(loaded: Loaded, tokens: number, closed: () => void) {
    this.#loaded = loaded;
    this.#tokens = tokens;
    this.#closed = closed;
    this.#rows = new RowSets({ rows: 1, tokens }, loaded.shape);
  }

  get bytes(): number {
    return this.#rows.bytes;
  }

  /** @throws {LlmchainError} `invalid_argument` when the pass does not follow what is held, or has other sizes */
  async forward(pass: RangeForward): Promise<RangeOutput> {
    const { session, graph, range, shape } = this.#loaded;
    const { past, count, logits } = pass;
    const total = past + count;
    if (count < 1 || count > MOST_TOKENS || past > this.#held || total > this.#tokens || logits > count) {
      throw new LlmchainError('invalid_argument', 'The pass does not follow the tokens that are held here.', {
        ...{ past, count, held: this.#held, most: this.#tokens },
      });
    }
    const feeds: Record<string, Tensor> = { ...this.#inputs(pass), attention_mask: prefixMask([total]) };
    const positions = Array.from({ length: count }, (_, at) => past + at);
    const { inputNames } = session;
    if (inputNames.includes('position_ids')) feeds['position_ids'] = integers(positions, [1, count]);
    // To the graph, none are all.
    if (inputNames.includes('num_logits_to_keep')) feeds['num_logits_to_keep'] = integers([Math.max(1, logits)], []);
    const [{ set }] = this.#rows.arrange([{ row: 0, past, total }]) as [ReturnType<RowSets['arrange']>[number]];
    const { buffers, dims } = set.view(0, 1);
    const names = cacheNames(shape.layers, range.first);
    names.forEach(({ past: name }, index) => (feeds[name] = new Tensor('float32', buffers[index]!, dims)));
    const outputs = (await session.run(feeds)) as Record<string, Tensor>;
    if (this.#ended) throw new LlmchainError('wrong_state', 'The sequence was ended while it was computed.');
    names.forEach(({ present }, index) => set.write(0, index, outputs[present]!.data as Float32Array, past));
    this.#held = total;
    const wanted = (name: string, width: number): Uint8Array => {
      const tensor = outputs[name];
      if (!tensor || logits === 0) return new Uint8Array(0);
      const values = (name === 'logits' ? demandVocabulary(tensor, shape) : tensor.data) as Float32Array;
      return toBytes(values.subarray(values.length - logits * width));
    };
    return {
      states: Buffer.concat(graph.gives.map((name) => toBytes(outputs[name]!.data as Float32Array))),
      logits: wanted('logits', shape.vocabulary),
      hidden: wanted(HIDDEN, shape.hiddenSize),
    };
  }

  /** Frees the memory. */
  close(): void {
    this.#ended = true;
    this.#rows.drop(0);
    this.#closed();
  }

  #inputs({ count, tokens, states }: RangeForward): Record<string, Tensor> {
    const { graph, shape } = this.#loaded;
    const { takes } = graph;
    if (takes.length === 0) {
      if (tokens.length !== count || tokens.some((token) => token >= shape.vocabulary)) {
        throw new LlmchainError('invalid_argument', 'The tokens are not as many as said, or not of the vocabulary.');
      }
      return { input_ids: integers(tokens, [1, count]) };
    }
    const size = count * shape.hiddenSize;
    const all = toFloats(states, takes.length * size, 'Hidden states');
    return Object.fromEntries(
      takes.map((name, at) => [
        name,
        new Tensor('float32', all.subarray(at * size, (at + 1) * size), [1, count, shape.hiddenSize]),
      ]),
    );
  }
}
