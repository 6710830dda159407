import { GraphError } from '../../error';
import type { ByteCursor } from '../gguf/byte-cursor';
import { PickleObject } from './pickle-object';

/** How joblib describes an array whose bytes follow. */
export const ARRAY_WRAPPER = 'joblib.numpy_pickle.NumpyArrayWrapper';
const DTYPE = 'numpy.dtype';
/** What makes one number of an array's type; the older name is that of numpy 1. */
export const SCALARS: ReadonlySet<string> = new Set(['numpy._core.multiarray.scalar', 'numpy.core.multiarray.scalar']);

/** Names of numpy and joblib that any pickle may take. */
export const NUMPY_GLOBALS: ReadonlySet<string> = new Set([
  ARRAY_WRAPPER,
  DTYPE,
  'numpy.ndarray',
  'numpy.float64',
  ...SCALARS,
]);

/** An array of numbers, rows first. */
export class NdArray {
  constructor(
    readonly shape: readonly number[],
    readonly values: Float64Array,
  ) {}
}

interface NumberType {
  bytes: number;
  read: (view: DataView, at: number) => number;
}

const TYPES: Readonly<Record<string, NumberType>> = {
  f8: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  f4: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  i8: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  i4: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
};

/** @throws {GraphError} `not_supported` for what is no little-endian number of four or eight bytes */
export function dtypeOf(value: unknown): NumberType {
  const name = value instanceof PickleObject && value.type === DTYPE ? value.parameters[0] : undefined;
  const order = value instanceof PickleObject && Array.isArray(value.state) ? (value.state[1] as unknown) : undefined;
  const type = typeof name === 'string' && order === '<' ? TYPES[name] : undefined;
  if (type) return type;
  throw new GraphError('not_supported', 'The pickle has an array of another type than floats and whole numbers.', {
    type: name,
    order,
  });
}

/** One number from its type and its bytes. */
export function scalarOf([type, bytes]: readonly unknown[]): number {
  const { bytes: width, read } = dtypeOf(type);
  if (!(bytes instanceof Uint8Array) || bytes.length !== width) throw damaged();
  return read(new DataView(bytes.buffer, bytes.byteOffset, width), 0);
}

/** The array that a wrapper describes; its bytes come after a count of padding, and that padding. */
export function arrayOf(wrapper: PickleObject, take: (length: number) => Uint8Array, cursor: ByteCursor): NdArray {
  const shape = wrapper.get('shape');
  const type = dtypeOf(wrapper.get('dtype'));
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && (size as number) >= 0))
    throw damaged();
  const sizes = shape as number[];
  if (wrapper.get('order') !== 'C' && sizes.filter((size) => size > 1).length > 1)
    throw new GraphError('not_supported', 'The pickle has a matrix that is stored by columns.', { shape });
  // Older files have no padding.
  if (wrapper.has('numpy_array_alignment_bytes')) take(cursor.u8());
  const count = sizes.reduce((product, size) => product * size, 1);
  const bytes = take(count * type.bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return new NdArray(
    sizes,
    Float64Array.from({ length: count }, (_, at) => type.read(view, at * type.bytes)),
  );
}

/** @throws {GraphError} `invalid_argument` for another value, shape, or for what is no finite number */
export function numbersOf(value: unknown, what: string, count: number): Float64Array {
  if (value instanceof NdArray && value.values.length === count && value.values.every(Number.isFinite))
    return value.values;
  throw new GraphError('invalid_argument', `The pickle's ${what} is not ${count} finite numbers.`, { what, count });
}

function damaged(): GraphError {
  return new GraphError('invalid_argument', 'An array of the pickle is damaged. Fetch it again.');
}
