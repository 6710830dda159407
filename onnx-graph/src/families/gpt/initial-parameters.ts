import type { GptConfig } from './config';
import { parameterCount, tensorTable } from './tensor-table';

/** Spread of the initial weights, as in GPT-2 and Llama. */
const SPREAD = 0.02;

/**
 * Parameters to start training from: norm scales 1, weights normally distributed, those that write to the residual
 * stream narrower by √(2 · layers). Source: Radford et al. 2019, GPT-2 §2.3.
 * @param uniform the next number of a seeded generator, 0 ≤ u < 1
 */
export function initialParameters(config: GptConfig, uniform: () => number): Float32Array {
  const params = new Float32Array(parameterCount(config));
  for (const { name, shape, offset, length } of tensorTable(config)) {
    if (shape.length === 1) {
      params.fill(1, offset, offset + length);
      continue;
    }
    const residual = name.includes('o_proj') || name.includes('down_proj');
    const spread = residual ? SPREAD / Math.sqrt(2 * config.layers) : SPREAD;
    for (let i = offset; i < offset + length; i++) params[i] = spread * normal(uniform);
  }
  return params;
}

/** A standard normal number. Source: Box & Muller 1958. */
function normal(uniform: () => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
  return radius * Math.cos(2 * Math.PI * uniform());
}
