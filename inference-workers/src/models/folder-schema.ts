import { z } from 'zod';
import type { DecoderGeometry } from '../engine/decoder/decoder';

/** What is read of a Hugging Face model folder; everything else in its files is let be. */

const count = z.number().int().min(1);
/** More than any published model has: names are made for each before they are looked for in the graph. */
const layers = count.max(10_000);
const tokens = z.union([z.number().int(), z.array(z.number().int())]);

/** What GPT-2's configuration calls otherwise. */
const GPT2_NAMES: Readonly<Record<string, string>> = {
  n_layer: 'num_hidden_layers',
  n_head: 'num_attention_heads',
  n_embd: 'hidden_size',
  n_positions: 'max_position_embeddings',
};

function withCommonNames(config: unknown): unknown {
  if (typeof config !== 'object' || config === null) return config;
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => [GPT2_NAMES[name] ?? name, value as unknown]),
  );
}

const Shape = z.object({
  num_hidden_layers: layers,
  num_attention_heads: count,
  num_key_value_heads: count.optional(),
  hidden_size: count,
  head_dim: count.nullish(),
  vocab_size: count,
  max_position_embeddings: count,
  eos_token_id: tokens.nullish(),
});
/** `config.json` of a decoder: Llama, Qwen2, GPT-2 and what is called alike. */
export const ModelConfig = z.preprocess(withCommonNames, Shape);
export type ModelConfig = z.infer<typeof ModelConfig>;

/** Sizes of a model, with the features of its hidden states. */
export interface ModelShape extends DecoderGeometry {
  hiddenSize: number;
}

/** What a graph of it may leave open. */
export function geometryOf(config: ModelConfig): ModelShape {
  return {
    hiddenSize: config.hidden_size,
    layers: config.num_hidden_layers,
    kvHeads: config.num_key_value_heads ?? config.num_attention_heads,
    headSize: config.head_dim ?? Math.floor(config.hidden_size / config.num_attention_heads),
    vocabulary: config.vocab_size,
  };
}

export const GenerationConfig = z.object({ eos_token_id: tokens.nullish() });

const token = z
  .union([z.string(), z.object({ content: z.string() })])
  .nullish()
  .transform((value) => (typeof value === 'object' && value ? value.content : (value ?? undefined)));

/** `chat_template` is one template, or named ones of which `default` is taken. */
export const TokenizerConfig = z.looseObject({
  bos_token: token,
  eos_token: token,
  chat_template: z
    .union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))])
    .nullish()
    .transform((value) =>
      Array.isArray(value) ? value.find(({ name }) => name === 'default')?.template : (value ?? undefined),
    ),
});
export type TokenizerConfig = z.infer<typeof TokenizerConfig>;
