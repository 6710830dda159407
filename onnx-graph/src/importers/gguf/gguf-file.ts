import { GraphError } from '../../error';
import { ByteCursor, type ByteSource } from './byte-cursor';
import { type BlockType, blockTypeOf, byteLength } from './block-type';

/** Any value of a GGUF file's metadata; 64-bit integers are numbers where they fit exactly. */
export type GgufValue = number | bigint | boolean | string | readonly GgufValue[];

/** Where one tensor lies in the file. */
export interface GgufTensor {
  readonly name: string;
  readonly type: BlockType;
  /** Sizes as the file states them: the fastest axis first, so a weight is [inputs, outputs]. */
  readonly dims: readonly number[];
  /** Byte offset in the file. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

const MAGIC = 0x46554747;
const VERSIONS = [2, 3];
const ALIGNMENT = 32;
/** More than any published model has; what claims more is damaged. */
const MOST_TENSORS = 100_000;
const MOST_ENTRIES = 100_000;
const MOST_AXES = 4;
/** Items of all lists together: a vocabulary has a quarter of a million tokens, and as many merges, scores and types. */
const MOST_ITEMS = 4_000_000;

const ARRAY = 9;
type Read = (cursor: ByteCursor) => GgufValue;
const SCALARS: Readonly<Record<number, Read>> = {
  0: (cursor) => cursor.u8(),
  1: (cursor) => cursor.i8(),
  2: (cursor) => cursor.u16(),
  3: (cursor) => cursor.i16(),
  4: (cursor) => cursor.u32(),
  5: (cursor) => cursor.i32(),
  6: (cursor) => cursor.f32(),
  7: (cursor) => cursor.u8() !== 0,
  8: (cursor) => cursor.text(),
  10: (cursor) => exact(cursor.u64()),
  11: (cursor) => exact(cursor.i64()),
  12: (cursor) => cursor.f64(),
};

/**
 * A model in the GGUF format: metadata, and tensors that are read one at a time. Source: the GGUF specification of ggml
 * (`docs/gguf.md`), versions 2 and 3, little-endian.
 */
export class GgufFile {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  readonly #source: ByteSource;

  /** @throws {GraphError} `invalid_argument` for a damaged file, `not_supported` for another version or tensor type */
  constructor(source: ByteSource) {
    const cursor = new ByteCursor(source);
    if (cursor.u32() !== MAGIC) throw damaged('it does not begin with "GGUF"');
    const version = cursor.u32();
    if (!VERSIONS.includes(version)) {
      throw new GraphError('not_supported', `GGUF version ${version} is not read. Convert the file to version 3.`, {
        version,
      });
    }
    const tensors = count(cursor, MOST_TENSORS, 'tensors');
    const entries = count(cursor, MOST_ENTRIES, 'metadata entries');
    const metadata = new Map<string, GgufValue>();
    const items = { left: MOST_ITEMS };
    for (let entry = 0; entry < entries; entry++) {
      const key = cursor.text();
      if (metadata.has(key)) throw damaged(`${key} stands in it twice`);
      metadata.set(key, value(cursor, cursor.u32(), items));
    }
    const alignment = metadata.get('general.alignment') ?? ALIGNMENT;
    if (typeof alignment !== 'number' || alignment < 1 || alignment % 8 !== 0) throw damaged('its alignment is wrong');
    const listed = Array.from({ length: tensors }, () => tensorInfo(cursor));
    const start = Math.ceil(cursor.position / alignment) * alignment;
    this.metadata = metadata;
    this.tensors = new Map(listed.map((tensor) => [tensor.name, { ...tensor, offset: start + tensor.offset }]));
    this.#source = source;
    if (this.tensors.size < listed.length) throw damaged('two of its tensors have one name');
    checkPlaces([...this.tensors.values()], { start, alignment, end: source.size });
  }

  /** A tensor's bytes as they stand in the file. @throws {GraphError} `invalid_argument` when there is none */
  bytes(name: string): Uint8Array {
    const tensor = this.tensor(name);
    return this.#source.read(tensor.offset, tensor.length);
  }

  /** @throws {GraphError} `invalid_argument` when there is none of that name */
  tensor(name: string): GgufTensor {
    const tensor = this.tensors.get(name);
    if (tensor) return tensor;
    throw new GraphError('invalid_argument', `The GGUF file has no tensor ${name}.`, { tensor: name });
  }
}

/** That each tensor lies in the file, where the alignment lets it begin, and in no other's place. */
function checkPlaces(
  tensors: GgufTensor[],
  { start, alignment, end }: { start: number; alignment: number; end: number },
): void {
  let taken = start;
  for (const { name, offset, length } of tensors.sort((a, b) => a.offset - b.offset)) {
    if (offset + length > end) throw damaged(`it ends before tensor ${name} does`);
    if ((offset - start) % alignment !== 0) throw damaged(`tensor ${name} does not begin where it may`);
    if (offset < taken) throw damaged(`tensor ${name} lies in another's place`);
    taken = offset + length;
  }
}

function tensorInfo(cursor: ByteCursor): GgufTensor {
  const name = cursor.text();
  const axes = cursor.u32();
  if (axes < 1 || axes > MOST_AXES) throw damaged(`tensor ${name} has ${axes} axes`);
  const dims = Array.from({ length: axes }, () => Number(cursor.u64()));
  const elements = dims.reduce((product, dim) => product * dim, 1);
  if (!Number.isSafeInteger(elements) || elements < 1) throw damaged(`tensor ${name} has no sensible size`);
  const type = blockTypeOf(cursor.u32(), name);
  const offset = Number(cursor.u64());
  if (!Number.isSafeInteger(offset)) throw damaged(`tensor ${name} lies nowhere`);
  return { name, type, dims, offset, length: byteLength(type, elements, name) };
}

/** @param items how many items lists may still have */
function value(cursor: ByteCursor, type: number, items: { left: number }): GgufValue {
  if (type !== ARRAY) return scalar(type)(cursor);
  const read = scalar(cursor.u32());
  const length = Number(cursor.u64());
  // Every element takes a byte at least: what claims more is damaged, and is not allocated.
  if (length > cursor.left) throw damaged('a list is longer than the file');
  items.left -= length;
  if (items.left < 0) throw damaged(`its lists have more than ${MOST_ITEMS} items`);
  return Array.from({ length }, () => read(cursor));
}

function scalar(type: number): Read {
  const read = SCALARS[type];
  if (!read) throw damaged(`it has a value of the unknown type ${type}`);
  return read;
}

function count(cursor: ByteCursor, most: number, what: string): number {
  const number = cursor.u64();
  if (number > BigInt(most)) throw damaged(`it claims ${number} ${what}`);
  return Number(number);
}

function exact(number: bigint): number | bigint {
  return number <= BigInt(Number.MAX_SAFE_INTEGER) && number >= BigInt(Number.MIN_SAFE_INTEGER)
    ? Number(number)
    : number;
}

function damaged(how: string): GraphError {
  return new GraphError('invalid_argument', `This is no GGUF file that can be read: ${how}. Fetch it again.`);
}
