import { GraphError } from '../../error';

/** Bytes that can be read from any place, such as a file. */
export interface ByteSource {
  /** In bytes. */
  readonly size: number;
  /** Exactly `length` bytes from `offset`. */
  read(offset: number, length: number): Uint8Array;
}

/** Bytes that are read at once. */
const WINDOW = 1 << 20;
/** Bytes of one text: more than any template or token of a published model has. */
const LONGEST_TEXT = 1 << 24;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads little-endian numbers and texts one after the other, through a window over the source. */
export class ByteCursor {
  readonly #source: ByteSource;
  #window: DataView = new DataView(new ArrayBuffer(0));
  #start = 0;
  #position = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Offset of the next byte. */
  get position(): number {
    return this.#position;
  }

  /** Bytes that follow. */
  get left(): number {
    return this.#source.size - this.#position;
  }

  u8(): number {
    return this.#take(1, (view, at) => view.getUint8(at));
  }
  i8(): number {
    return this.#take(1, (view, at) => view.getInt8(at));
  }
  u16(): number {
    return this.#take(2, (view, at) => view.getUint16(at, true));
  }
  i16(): number {
    return this.#take(2, (view, at) => view.getInt16(at, true));
  }
  u32(): number {
    return this.#take(4, (view, at) => view.getUint32(at, true));
  }
  i32(): number {
    return this.#take(4, (view, at) => view.getInt32(at, true));
  }
  f32(): number {
    return this.#take(4, (view, at) => view.getFloat32(at, true));
  }
  u64(): bigint {
    return this.#take(8, (view, at) => view.getBigUint64(at, true));
  }
  i64(): bigint {
    return this.#take(8, (view, at) => view.getBigInt64(at, true));
  }
  f64(): number {
    return this.#take(8, (view, at) => view.getFloat64(at, true));
  }

  /** A text after its length in bytes. @throws {GraphError} `invalid_argument` when it is no UTF-8, or far too long */
  text(): string {
    const length = this.u64();
    if (length > BigInt(this.left)) throw short();
    if (length > LONGEST_TEXT) throw noText(`has ${length} bytes`);
    return this.#take(Number(length), (view, at) => {
      try {
        return utf8.decode(new Uint8Array(view.buffer, view.byteOffset + at, Number(length)));
      } catch {
        throw noText('is not UTF-8');
      }
    });
  }

  /** Passes bytes without reading them. */
  skip(length: number): void {
    if (length > this.left) throw short();
    this.#position += length;
  }

  #take<T>(length: number, read: (view: DataView, at: number) => T): T {
    if (length > this.left) throw short();
    const end = this.#start + this.#window.byteLength;
    if (this.#position < this.#start || this.#position + length > end) {
      const bytes = this.#source.read(this.#position, Math.min(this.left, Math.max(length, WINDOW)));
      this.#window = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.#start = this.#position;
    }
    const value = read(this.#window, this.#position - this.#start);
    this.#position += length;
    return value;
  }
}

function short(): GraphError {
  return new GraphError('invalid_argument', 'The file ends too early. Fetch it again.');
}

function noText(how: string): GraphError {
  return new GraphError('invalid_argument', `A text in the file ${how}. Fetch it again.`);
}
