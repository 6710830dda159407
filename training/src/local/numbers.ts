import type { Tensor } from 'onnxruntime-node';

/** The single-precision elements of a named tensor. */
export function numbers(tensors: Readonly<Record<string, Tensor>>, name: string): Float32Array {
  const tensor = tensors[name];
  if (tensor?.type !== 'float32') throw new TypeError(`The graph gave no float32 tensor named ${name}`);
  return tensor.data as Float32Array;
}
