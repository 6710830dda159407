import { GraphError } from '../../error';
import type { ByteSource } from '../gguf/byte-cursor';

/** Bytes of an element by safetensors' name of its type; others are not read. */
const TYPES: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, U8: 1, BOOL: 1 };

/** What the format's own reader takes at most. */
const LONGEST_HEADER = 100_000_000;

/** Where a tensor lies; offsets in bytes from the beginning of the file. */
interface Entry {
  readonly type: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * The tensors of a safetensors file, each read when it is asked for. Source: the format as
 * github.com/huggingface/safetensors describes it: a u64 with the header's length, the header as JSON, then the bytes.
 */
export class SafetensorsFile {
  readonly #source: ByteSource;
  readonly #entries = new Map<string, Entry>();

  /** @throws {GraphError} `invalid_argument` for a file that is damaged, or whose header does not fit its bytes */
  constructor(source: ByteSource) {
    this.#source = source;
    if (source.size < 8) throw damaged('it is shorter than its first number');
    const first = source.read(0, 8);
    const length = new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true);
    if (length > BigInt(Math.min(LONGEST_HEADER, source.size - 8))) throw damaged('its header is longer than it');
    const start = 8 + Number(length);
    for (const [name, value] of Object.entries(headerOf(source.read(8, Number(length))))) {
      if (name !== '__metadata__') this.#entries.set(name, entryOf(name, value, { start, size: source.size }));
    }
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** @throws {GraphError} `invalid_argument` when there is none of the name */
  shape(name: string): readonly number[] {
    return this.#entry(name).shape;
  }

  /** A tensor in single precision. @throws {GraphError} `not_supported` for one that is of another type */
  float32(name: string): Float32Array {
    const { type, begin, end } = this.#entry(name);
    if (type !== 'F32') {
      throw new GraphError('not_supported', `${name} is ${type}; save the model in single precision (F32).`, {
        name,
        type,
      });
    }
    const bytes = this.#source.read(begin, end - begin);
    // A view needs its numbers at multiples of four.
    return new Float32Array(Uint8Array.from(bytes).buffer);
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry) return entry;
    throw new GraphError('invalid_argument', `The file has no tensor ${name}. Take the whole model.`, { name });
  }
}

function headerOf(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw damaged('its header is not JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) throw damaged('its header is no object');
  return header as Record<string, unknown>;
}

function entryOf(name: string, value: unknown, file: { start: number; size: number }): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (typeof dtype !== 'string' || !isCounts(shape) || !isCounts(offsets) || offsets.length !== 2) {
    throw damaged(`it does not say what ${name} is`);
  }
  const [from, to] = offsets as [number, number];
  const elements = shape.reduce((count, size) => count * size, 1);
  const [begin, end] = [file.start + from, file.start + to];
  const width = TYPES[dtype];
  if (from > to || end > file.size || (width !== undefined && to - from !== elements * width)) {
    throw damaged(`${name} does not lie where its header says`);
  }
  return { type: dtype, shape, begin, end };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((each) => Number.isSafeInteger(each) && (each as number) >= 0);
}

function damaged(why: string): GraphError {
  return new GraphError('invalid_argument', `This is no safetensors file, or a damaged one: ${why}. Fetch it again.`);
}
