/** Writes GGUF version 3, as much of it as tests need. Source: ggml's `docs/gguf.md`. */

export interface WrittenTensor {
  readonly name: string;
  /** The fastest axis first. */
  readonly dims: readonly number[];
  /** ggml's number of the type. */
  readonly type: number;
  readonly bytes: Uint8Array;
}

const ALIGNMENT = 32;

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const u64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);

type MetadataValue = string | number | boolean | readonly string[] | readonly number[];

/** Whole numbers as u32, others as f32; lists of one kind. */
function metadata(value: MetadataValue): Buffer {
  if (typeof value === 'string') return Buffer.concat([u32(8), text(value)]);
  if (typeof value === 'boolean') return Buffer.concat([u32(7), Buffer.of(Number(value))]);
  if (typeof value === 'number') {
    if (Number.isInteger(value)) return Buffer.concat([u32(4), u32(value)]);
    const bytes = Buffer.alloc(4);
    bytes.writeFloatLE(value);
    return Buffer.concat([u32(6), bytes]);
  }
  const texts = typeof value[0] === 'string';
  const items = value.map((item) => (typeof item === 'string' ? text(item) : u32(item)));
  return Buffer.concat([u32(9), u32(texts ? 8 : 4), u64(value.length), ...items]);
}

export function gguf(entries: Readonly<Record<string, MetadataValue>>, tensors: readonly WrittenTensor[]): Buffer {
  const padded = (length: number): number => Math.ceil(length / ALIGNMENT) * ALIGNMENT;
  const header = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(Object.keys(entries).length)];
  for (const [key, value] of Object.entries(entries)) header.push(text(key), metadata(value));
  let offset = 0;
  for (const { name, dims, type, bytes } of tensors) {
    header.push(text(name), u32(dims.length), ...dims.map(u64), u32(type), u64(offset));
    offset += padded(bytes.length);
  }
  const start = Buffer.concat(header);
  const body = tensors.map(({ bytes }) => Buffer.concat([bytes], padded(bytes.length)));
  return Buffer.concat([start, Buffer.alloc(padded(start.length) - start.length), ...body]);
}

/** A source over bytes that are in memory. */
export function bytesSource(bytes: Uint8Array): { size: number; read(offset: number, length: number): Uint8Array } {
  return { size: bytes.length, read: (offset, length) => bytes.slice(offset, offset + length) };
}
