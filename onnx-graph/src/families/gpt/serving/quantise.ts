import { GraphError } from '../../../error';

/** How weight matrices of a serving graph are stored and multiplied. */
export interface Quantisation {
  /** Bits of a weight. */
  readonly bits: 4 | 8;
  /**
   * What products are computed in: `single` precision, whose results stay the same within rounding in any batch, or
   * `int8`, which is faster and whose results move with the batch.
   */
  readonly compute: 'single' | 'int8';
}

/** Weights of a row that share a scale. */
export const BLOCK = 32;

/** A matrix of so many rows, in blocks of 32 weights along each row. */
export interface QuantisedMatrix {
  /** [rows, columns / 32, 32 · bits / 8]; of two 4-bit weights in a byte the first has the low half. */
  readonly quants: Uint8Array;
  /** [rows · columns / 32]. */
  readonly scales: Float32Array;
}

/**
 * Symmetric block quantisation: the weight of the largest magnitude in a block takes the lowest quant, and the others are
 * rounded on its scale; zero stays zero. Source: the layout of ONNX Runtime's `MatMulNBits`; the choice of the scale is
 * that of ggml's Q4_0.
 * @param values rows of a whole number of blocks
 * @throws {GraphError} `not_supported` for rows of another length
 */
export function quantise(values: Float32Array, columns: number, bits: Quantisation['bits']): QuantisedMatrix {
  if (columns % BLOCK !== 0) {
    throw new GraphError('not_supported', `Rows of ${columns} weights are no whole blocks of ${BLOCK}.`, { columns });
  }
  const middle = 2 ** (bits - 1);
  const blocks = values.length / BLOCK;
  const scales = new Float32Array(blocks);
  const quants = new Uint8Array((values.length * bits) / 8);
  for (let block = 0; block < blocks; block++) {
    const start = block * BLOCK;
    let extreme = 0;
    for (let i = start; i < start + BLOCK; i++) if (Math.abs(values[i]!) > Math.abs(extreme)) extreme = values[i]!;
    const scale = Math.fround(extreme / -middle);
    scales[block] = scale;
    const quant = (i: number): number =>
      scale === 0 ? middle : Math.min(2 * middle - 1, Math.round(values[i]! / scale) + middle);
    if (bits === 8) for (let i = start; i < start + BLOCK; i++) quants[i] = quant(i);
    else for (let i = start; i < start + BLOCK; i += 2) quants[i / 2] = quant(i) | (quant(i + 1) << 4);
  }
  return { quants, scales };
}
