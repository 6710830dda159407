import type { GptConfig } from './config';
import { parameterCount, tensorTable } from './tensor-table';

/**
 * Parameters to start training from: norm scales 1, weights normally distributed with standard deviation
 * √(2 / (5 · hiddenSize)), those that write to the residual stream narrower by √(2 · layers). Sources: Nguyen & Salazar
 * 2019, arXiv 1910.05895 §2.2; Radford et al. 2019, GPT-2 §2.3.
 * @param uniform the next number of a seeded generator, 0 ≤ u < 1
 */
export function initialParameters(config: GptConfig, uniform: () => number): Float32Array {
  const wide = Math.sqrt(2 / (5 * config.hiddenSize));
  const params = new Float32Array(parameterCount(config));
  for (const { name, shape, offset, length } of tensorTable(config)) {
    if (shape.length === 1) {
      params.fill(1, offset, offset + length);
      continue;
    }
    const residual = name.includes('o_proj') || name.includes('down_proj');
    const spread = residual ? wide / Math.sqrt(2 * config.layers) : wide;
    for (let i = offset; i < offset + length; i++) params[i] = spread * normal(uniform);
  }
  return params;
}

/** A standard normal number. Source: Box & Muller 1958. */
function normal(uniform: () => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
  return radius * Math.cos(2 * Math.PI * uniform());
}
