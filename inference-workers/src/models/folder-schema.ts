import { z } from 'zod';

/** What is read of a Hugging Face model folder; everything else in its files is let be. */

const count = z.number().int().min(1);
const tokens = z.union([z.number().int(), z.array(z.number().int())]);

export const ModelConfig = z.object({
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: count.optional(),
  hidden_size: count,
  head_dim: count.nullish(),
  vocab_size: count,
  max_position_embeddings: count,
  eos_token_id: tokens.nullish(),
});
export type ModelConfig = z.infer<typeof ModelConfig>;

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
