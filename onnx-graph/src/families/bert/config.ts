import { GraphError } from '../../error';

/** Shape of a BERT encoder; names after Hugging Face's `config.json`. */
export interface BertConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  /** Most tokens of one text. */
  readonly positions: number;
  readonly tokenTypes: number;
  readonly layerNormEps: number;
}

const COUNTS: Readonly<Record<Exclude<keyof BertConfig, 'layerNormEps'>, string>> = {
  vocabSize: 'vocab_size',
  hiddenSize: 'hidden_size',
  intermediateSize: 'intermediate_size',
  layers: 'num_hidden_layers',
  heads: 'num_attention_heads',
  positions: 'max_position_embeddings',
  tokenTypes: 'type_vocab_size',
};

/**
 * Reads Hugging Face's `config.json`.
 * @throws {GraphError} `not_supported` for another architecture, activation or kind of positions; `invalid_argument`
 */
export function bertConfig(json: Readonly<Record<string, unknown>>): BertConfig {
  const wanted = { model_type: 'bert', hidden_act: 'gelu', position_embedding_type: 'absolute' };
  for (const [name, value] of Object.entries(wanted)) {
    const actual = json[name] ?? (name === 'position_embedding_type' ? value : undefined);
    if (actual !== value) {
      throw new GraphError('not_supported', `The configuration's ${name} is not "${value}".`, { name, actual });
    }
  }
  const counts = Object.fromEntries(
    Object.entries(COUNTS).map(([name, field]) => {
      const value = json[field];
      if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= 2 ** 24)
        return [name, value];
      throw new GraphError('invalid_argument', `The configuration's ${field} is no count.`, { field });
    }),
  ) as unknown as Omit<BertConfig, 'layerNormEps'>;
  const layerNormEps = json['layer_norm_eps'];
  if (typeof layerNormEps !== 'number' || layerNormEps <= 0 || layerNormEps > 1) {
    throw new GraphError('invalid_argument', "The configuration's layer_norm_eps is no small number.");
  }
  if (counts.hiddenSize % counts.heads !== 0) {
    throw new GraphError('invalid_argument', 'The heads do not divide the hidden size.', { ...counts });
  }
  return { ...counts, layerNormEps };
}
