import { GraphError } from '../../error';

/** A decoder-only transformer of the Llama layout: RMSNorm, rotary positions, grouped-query attention, SwiGLU. */
export interface GptConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  /** Width of the feed-forward layer. */
  readonly intermediateSize: number;
  readonly layers: number;
  /** Query heads. */
  readonly heads: number;
  /** Key and value heads; divides `heads`. */
  readonly kvHeads: number;
  /** Features per head, even. */
  readonly headSize: number;
  /** Longest sequence, in tokens. */
  readonly context: number;
  readonly ropeTheta: number;
  readonly rmsNormEps: number;
  /** Whether the output layer shares the embedding's weights. */
  readonly tiedEmbeddings: boolean;
}

const COUNTS = [
  'vocabSize',
  'hiddenSize',
  'intermediateSize',
  'layers',
  'heads',
  'kvHeads',
  'headSize',
  'context',
] as const;

/**
 * Refuses a configuration that no graph can be built for.
 * @throws {GraphError} `invalid_argument` naming the fields
 */
export function checkGptConfig(config: GptConfig): void {
  const wrong: string[] = COUNTS.filter((name) => !Number.isSafeInteger(config[name]) || config[name] < 1);
  if (config.heads % config.kvHeads !== 0) wrong.push('kvHeads must divide heads');
  if (config.headSize % 2 !== 0) wrong.push('headSize must be even');
  if (!(config.ropeTheta > 1)) wrong.push('ropeTheta must exceed 1');
  if (!(config.rmsNormEps > 0)) wrong.push('rmsNormEps must be positive');
  if (wrong.length > 0) {
    throw new GraphError(
      'invalid_argument',
      `The model configuration is not usable: ${wrong.join(', ')}. Correct it.`,
      { wrong },
    );
  }
}

/** Stop token and pad token of the model's tokenizer. */
export interface SpecialTokens {
  readonly stop: number;
}

/** The `config.json` by which Hugging Face libraries know such a model. */
export function huggingFaceConfig(config: GptConfig, tokens: SpecialTokens): Record<string, unknown> {
  return {
    architectures: ['LlamaForCausalLM'],
    attention_bias: false,
    bos_token_id: tokens.stop,
    eos_token_id: tokens.stop,
    head_dim: config.headSize,
    hidden_act: 'silu',
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    max_position_embeddings: config.context,
    mlp_bias: false,
    model_type: 'llama',
    num_attention_heads: config.heads,
    num_hidden_layers: config.layers,
    num_key_value_heads: config.kvHeads,
    rms_norm_eps: config.rmsNormEps,
    rope_scaling: null,
    rope_theta: config.ropeTheta,
    tie_word_embeddings: config.tiedEmbeddings,
    torch_dtype: 'float32',
    use_cache: true,
    vocab_size: config.vocabSize,
  };
}
