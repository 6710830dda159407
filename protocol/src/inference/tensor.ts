import { z } from 'zod';

/** Element types by the names of the Open Inference Protocol v2; those that are not here are not taken. */
export const Datatype = z.enum(['BOOL', 'UINT8', 'INT32', 'INT64', 'FP32']);
export type Datatype = z.infer<typeof Datatype>;

/** Bytes of one element. */
export const DATATYPE_BYTES: Readonly<Record<Datatype, number>> = { BOOL: 1, UINT8: 1, INT32: 4, INT64: 8, FP32: 4 };

const axis = z
  .number()
  .int()
  .min(1)
  .max(2 ** 31);
const anyAxis = z
  .number()
  .int()
  .min(-1)
  .max(2 ** 31)
  .refine((size) => size !== 0, 'must be a size, or -1 for any');
const TensorName = z.string().regex(/^[A-Za-z0-9_./:-]{1,100}$/, 'must be 1 to 100 of A-Z, a-z, 0-9 and _./:-');

/** Most characters of bytes in base64: 12 MiB of them. */
export const MOST_BASE64 = 16 * 1024 * 1024;

/** A tensor as workers, openings and commitments have it; never on the ledger. */
export const Tensor = z
  .strictObject({
    name: TensorName,
    datatype: Datatype,
    shape: z.array(axis).max(8),
    /** Its elements, row-major and little-endian, in base64. */
    data: z.base64().max(MOST_BASE64),
  })
  .refine(
    ({ datatype, shape, data }) => bytesInBase64(data) === elementsOf(shape) * DATATYPE_BYTES[datatype],
    'must hold as many elements as its shape says',
  );
export type Tensor = z.infer<typeof Tensor>;

/** What a model takes or gives under one name; an axis of any size is -1. */
export const TensorSpec = z.strictObject({
  name: TensorName,
  datatype: Datatype,
  shape: z.array(anyAxis).max(8),
});
export type TensorSpec = z.infer<typeof TensorSpec>;

/** Number of elements of a shape: 1 for one without axes. */
export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1);
}

/** Whether a tensor is what its place in a model's signature asks for. */
export function fits(tensor: Pick<Tensor, 'name' | 'datatype' | 'shape'>, spec: TensorSpec): boolean {
  return (
    tensor.name === spec.name &&
    tensor.datatype === spec.datatype &&
    tensor.shape.length === spec.shape.length &&
    tensor.shape.every((size, index) => spec.shape[index] === -1 || spec.shape[index] === size)
  );
}

function bytesInBase64(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}
