import { LlmchainError } from '@llmchain/protocol';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { sessionOptions, type EngineOptions } from './execution-provider';

/** Sizes that a graph may leave symbolic and `config.json` then tells. */
export interface DecoderGeometry {
  layers: number;
  kvHeads: number;
  headSize: number;
  vocabulary: number;
}

const INPUTS = ['input_ids', 'attention_mask'];

/**
 * A decoder-only model in the layout of Hugging Face Optimum: `input_ids`, `attention_mask`, `position_ids` and
 * `past_key_values.N.key|value` in; `logits` and `present.N.key|value` (past and new) out. One sequence at a time
 * per `Sequence`; any number of sequences share the session.
 */
export class Decoder {
  readonly geometry: DecoderGeometry;
  readonly #session: InferenceSession;
  readonly #positions: boolean;

  private constructor(session: InferenceSession, geometry: DecoderGeometry) {
    this.#session = session;
    this.#positions = session.inputNames.includes('position_ids');
    this.geometry = geometry;
  }

  /**
   * @param file path of `model.onnx`
   * @throws {LlmchainError} `not_supported` when the graph has another layout or cannot be loaded
   */
  static async open(file: string, geometry: DecoderGeometry, options: EngineOptions): Promise<Decoder> {
    const session = await InferenceSession.create(file, sessionOptions(options)).catch((cause: unknown) => {
      throw new LlmchainError('not_supported', 'The runtime cannot load this graph.', {}, { cause });
    });
    const cache = cacheNames(geometry.layers);
    const missing = [
      ...[...INPUTS, ...cache.map(({ past }) => past)].filter((name) => !session.inputNames.includes(name)),
      ...['logits', ...cache.map(({ present }) => present)].filter((name) => !session.outputNames.includes(name)),
    ];
    if (missing.length > 0) {
      await session.release();
      throw new LlmchainError(
        'not_supported',
        `The graph lacks ${missing.slice(0, 4).join(', ')}. Export it for text generation with past key values.`,
        { missing: missing.slice(0, 20) },
      );
    }
    return new Decoder(session, { ...geometry, ...cacheShape(session) });
  }

  /** The cache of a sequence without tokens. */
  emptyCache(): Map<string, Tensor> {
    const { layers, kvHeads, headSize } = this.geometry;
    const dims = [1, kvHeads, 0, headSize];
    return new Map(cacheNames(layers).map(({ past }) => [past, new Tensor('float32', new Float32Array(0), dims)]));
  }

  /**
   * One forward pass over new tokens.
   * @param length tokens already in `cache`
   * @returns logits [T, V] and the cache with the new tokens
   */
  async forward(
    cache: ReadonlyMap<string, Tensor>,
    length: number,
    tokens: readonly number[],
  ): Promise<{ logits: Float32Array; cache: Map<string, Tensor> }> {
    const total = length + tokens.length;
    const row = (values: BigInt64Array): Tensor => new Tensor('int64', values, [1, values.length]);
    const feeds: Record<string, Tensor> = {
      input_ids: row(BigInt64Array.from(tokens, BigInt)),
      attention_mask: row(new BigInt64Array(total).fill(1n)),
      ...(this.#positions ? { position_ids: row(BigInt64Array.from(tokens, (_, i) => BigInt(length + i))) } : {}),
      ...Object.fromEntries(cache),
    };
    const outputs = (await this.#session.run(feeds)) as Record<string, Tensor | undefined>;
    const next = new Map<string, Tensor>();
    for (const { past, present } of cacheNames(this.geometry.layers)) {
      const tensor = outputs[present];
      if (tensor?.dims[2] !== total) {
        throw new LlmchainError('not_supported', `The graph's ${present} does not hold the whole past.`, { present });
      }
      next.set(past, tensor);
    }
    const logits = outputs['logits']!;
    if (logits.dims[2] !== this.geometry.vocabulary) {
      throw new LlmchainError('not_supported', `The graph gives ${logits.dims[2]} logits, config.json says otherwise.`);
    }
    return { logits: logits.data as Float32Array, cache: next };
  }

  close(): Promise<void> {
    return this.#session.release();
  }
}

function cacheNames(layers: number): { past: string; present: string }[] {
  return Array.from({ length: layers }, (_, layer) =>
    ['key', 'value'].map((part) => ({
      past: `past_key_values.${layer}.${part}`,
      present: `present.${layer}.${part}`,
    })),
  ).flat();
}

/** Key/value heads and head size where the graph fixes them. */
function cacheShape(session: InferenceSession): Partial<DecoderGeometry> {
  const input = session.inputMetadata.find(({ name }) => name === 'past_key_values.0.key');
  if (!input?.isTensor) return {};
  const [, kvHeads, , headSize] = input.shape;
  return {
    ...(typeof kvHeads === 'number' ? { kvHeads } : {}),
    ...(typeof headSize === 'number' ? { headSize } : {}),
  };
}
