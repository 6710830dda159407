import { GraphError } from '../../error';

/** How a tensor's numbers are stored. */
export type BlockType = 'F32' | 'F16' | 'Q4_0' | 'Q4_1' | 'Q8_0';

/** Numbers per block of the quantised types. */
export const BLOCK = 32;

const TYPES: Readonly<Record<number, BlockType>> = { 0: 'F32', 1: 'F16', 2: 'Q4_0', 3: 'Q4_1', 8: 'Q8_0' };
/** Elements and bytes of one block. */
const LAYOUT: Readonly<Record<BlockType, { elements: number; bytes: number }>> = {
  F32: { elements: 1, bytes: 4 },
  F16: { elements: 1, bytes: 2 },
  Q4_0: { elements: BLOCK, bytes: 18 },
  Q4_1: { elements: BLOCK, bytes: 20 },
  Q8_0: { elements: BLOCK, bytes: 34 },
};

/** @throws {GraphError} `not_supported` for a type that is not read */
export function blockTypeOf(number: number, tensor: string): BlockType {
  const type = TYPES[number];
  if (type) return type;
  throw new GraphError(
    'not_supported',
    `Tensor ${tensor} has the ggml type ${number}. Quantise the model to F32, F16, Q8_0, Q4_0 or Q4_1.`,
    { tensor, type: number },
  );
}

/** Bytes of so many elements. @throws {GraphError} `invalid_argument` when they are no whole blocks */
export function byteLength(type: BlockType, elements: number, tensor: string): number {
  const layout = LAYOUT[type];
  if (elements % layout.elements !== 0) {
    throw new GraphError('invalid_argument', `Tensor ${tensor} is not made of whole ${type} blocks.`, { tensor, type });
  }
  return (elements / layout.elements) * layout.bytes;
}

/**
 * The numbers of a tensor in single precision. Sources: ggml's block layouts, `ggml-common.h` and `ggml-quants.c`: a
 * block's scale `d` (and, in Q4_1, its least value `m`) stand before its 32 quants; 4-bit quants are two to a byte, the
 * first sixteen in the low halves.
 */
export function dequantise(type: BlockType, bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { elements, bytes: stride } = LAYOUT[type];
  const blocks = bytes.length / stride;
  const out = new Float32Array(blocks * elements);
  for (let block = 0; block < blocks; block++) {
    const from = block * stride;
    const to = block * elements;
    switch (type) {
      case 'F32':
        out[to] = view.getFloat32(from, true);
        break;
      case 'F16':
        out[to] = halfToSingle(view.getUint16(from, true));
        break;
      case 'Q8_0': {
        const scale = halfToSingle(view.getUint16(from, true));
        for (let i = 0; i < BLOCK; i++) out[to + i] = scale * view.getInt8(from + 2 + i);
        break;
      }
      case 'Q4_0':
      case 'Q4_1': {
        const scale = halfToSingle(view.getUint16(from, true));
        const least = type === 'Q4_1' ? halfToSingle(view.getUint16(from + 2, true)) : Math.fround(-8 * scale);
        const quants = from + (type === 'Q4_1' ? 4 : 2);
        for (let i = 0; i < BLOCK / 2; i++) {
          const pair = bytes[quants + i]!;
          out[to + i] = Math.fround(scale * (pair & 15)) + least;
          out[to + i + BLOCK / 2] = Math.fround(scale * (pair >> 4)) + least;
        }
      }
    }
  }
  return out;
}

/** A number of IEEE 754 half precision. */
export function halfToSingle(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
