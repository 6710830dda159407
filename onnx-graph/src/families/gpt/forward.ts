import type { Tape } from '../../graph/tape';
import type { Value } from '../../graph/value';
import { attention } from '../../operators/attention';
import { embedding } from '../../operators/embedding';
import { flatten, mergeHeads, splitHeads, unflatten } from '../../operators/heads';
import { linear } from '../../operators/linear';
import { residual } from '../../operators/residual';
import { rmsNorm } from '../../operators/rms-norm';
import { type RotaryTable, rotary } from '../../operators/rotary';
import { swiglu } from '../../operators/swiglu';
import type { GptConfig } from './config';
import { EMBEDDING, FINAL_NORM, OUTPUT_HEAD, layerTensor } from './tensor-table';

/** Parameters by their Hugging Face names. */
export type Weights = (name: string) => Value;

/** Keys and values [B, kvHeads, S, headSize] of one layer. */
export interface LayerCache {
  readonly key: Value;
  readonly value: Value;
}

/** What a forward pass needs beside the weights. */
export interface ForwardInputs {
  /** Token ids [B, T]. */
  readonly ids: Value;
  /** Token positions [B, T], or [1] with that of the first token. */
  readonly positions: Value;
  readonly rotaryTable: RotaryTable;
  /** Attention bias, broadcast to [B, heads, T, S]. */
  readonly bias: Value;
  /** Turns a layer's new keys and values into all that it attends to; the identity without a cache. */
  readonly extend?: (layer: number, fresh: LayerCache) => LayerCache;
}

/** Logits as rows [N, V], N = B · T, and the run-time list [B, T, −1] that gives rows their two axes back. */
export interface ForwardResult {
  readonly logits: Value;
  readonly dims: Value;
}

/** The model from token ids to logits. */
export function gptForward(tape: Tape, config: GptConfig, weights: Weights, inputs: ForwardInputs): ForwardResult {
  const { graph } = tape;
  const { ids, positions, rotaryTable, bias, extend } = inputs;
  const batchAndTime = graph.node('Shape', [ids], { shape: [2], type: 'int64' });
  const dims = graph.concat([batchAndTime, graph.ints([-1])], 0, [3]);

  let hidden = embedding(tape, weights(EMBEDDING), graph.reshape(ids, [-1], ['N']));
  for (let layer = 0; layer < config.layers; layer++) {
    const weight = (part: string): Value => weights(layerTensor(layer, part));
    const norm = (part: string): Value => rmsNorm(tape, hidden, weight(part), config.rmsNormEps);

    const input = norm('input_layernorm');
    const project = (part: string): Value => unflatten(tape, linear(tape, input, weight(part)), dims);
    const turn = (x: Value): Value => rotary(tape, x, positions, rotaryTable);
    const query = splitHeads(tape, turn(project('self_attn.q_proj')), config.heads, config.headSize);
    const fresh = {
      key: splitHeads(tape, turn(project('self_attn.k_proj')), config.kvHeads, config.headSize),
      value: splitHeads(tape, project('self_attn.v_proj'), config.kvHeads, config.headSize),
    };
    const { key, value } = extend ? extend(layer, fresh) : fresh;
    const mixed = flatten(tape, mergeHeads(tape, attention(tape, query, key, value, bias)), dims);
    hidden = residual(tape, hidden, linear(tape, mixed, weight('self_attn.o_proj')));

    const middle = norm('post_attention_layernorm');
    const gated = swiglu(
      tape,
      linear(tape, middle, weight('mlp.gate_proj')),
      linear(tape, middle, weight('mlp.up_proj')),
    );
    hidden = residual(tape, hidden, linear(tape, gated, weight('mlp.down_proj')));
  }
  const output = rmsNorm(tape, hidden, weights(FINAL_NORM), config.rmsNormEps);
  return { logits: linear(tape, output, weights(config.tiedEmbeddings ? EMBEDDING : OUTPUT_HEAD)), dims };
}
