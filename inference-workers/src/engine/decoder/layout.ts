import { LlmchainError } from '@llmchain/protocol';
import { Tensor, type InferenceSession } from 'onnxruntime-node';
import type { DecoderGeometry } from './decoder';

/** The names of a cache's tensors, layer by layer from the `first`, keys before values. */
export function cacheNames(layers: number, first = 0): { past: string; present: string }[] {
  return Array.from({ length: layers }, (_, layer) =>
    ['key', 'value'].map((part) => ({
      past: `past_key_values.${first + layer}.${part}`,
      present: `present.${first + layer}.${part}`,
    })),
  ).flat();
}

/** Key/value heads and head size where the graph fixes them. */
export function cacheShape(session: InferenceSession): Partial<DecoderGeometry> {
  const input = session.inputMetadata.find(({ name }) => name === 'past_key_values.0.key');
  if (!input?.isTensor) return {};
  const [, kvHeads, , headSize] = input.shape;
  return {
    ...(typeof kvHeads === 'number' ? { kvHeads } : {}),
    ...(typeof headSize === 'number' ? { headSize } : {}),
  };
}

/** What graphs of our own give beside the logits: the states that they are made of, after the last norm. */
export const HIDDEN = 'last_hidden_state';

/** Features of a last hidden state, where the graph gives it. */
export function hiddenSizeOf(session: InferenceSession): number | undefined {
  const output = session.outputMetadata.find(({ name }) => name === HIDDEN);
  const size = output?.isTensor ? output.shape[2] : undefined;
  return typeof size === 'number' ? size : undefined;
}

/** A tensor of token ids, positions or a mask, row after row. */
export function integers(values: readonly number[], dims: readonly number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), dims);
}

/** Each row's tokens as ones, [rows, longest]. */
export function prefixMask(totals: readonly number[]): Tensor {
  const longest = Math.max(...totals);
  const mask = new BigInt64Array(totals.length * longest);
  totals.forEach((total, row) => mask.fill(1n, row * longest, row * longest + total));
  return new Tensor('int64', mask, [totals.length, longest]);
}

/** @throws {LlmchainError} `not_supported` when the graph's vocabulary is not the one of `config.json` */
export function demandVocabulary(logits: Tensor, { vocabulary }: DecoderGeometry): Float32Array {
  if (logits.dims[2] === vocabulary) return logits.data as Float32Array;
  throw new LlmchainError('not_supported', `The graph gives ${logits.dims[2]} logits, config.json says otherwise.`);
}
