const encoder = new TextEncoder();

/** Wire types of the protocol buffers encoding. */
const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/**
 * Appends protocol buffer fields in the order in which they are written, so that the same calls give the same bytes.
 * Source: Protocol Buffers, "Encoding". Payloads are kept by reference until `bytes`.
 */
export class ProtoWriter {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  /** A signed 64-bit field as varint (negative numbers take ten bytes, as for `int64`). */
  int(field: number, value: number | bigint): void {
    this.#tag(field, VARINT);
    this.#varint(BigInt(value));
  }

  /** An IEEE 754 single-precision field. */
  float(field: number, value: number): void {
    this.#tag(field, FIXED_32);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#append(bytes);
  }

  /** A `bytes` field. */
  blob(field: number, value: Uint8Array): void {
    this.#tag(field, LENGTH_DELIMITED);
    this.#varint(BigInt(value.length));
    this.#append(value);
  }

  /** A `string` field. */
  string(field: number, value: string): void {
    this.blob(field, encoder.encode(value));
  }

  /** A nested message. */
  message(field: number, value: ProtoWriter): void {
    this.#tag(field, LENGTH_DELIMITED);
    this.#varint(BigInt(value.#length));
    for (const chunk of value.#chunks) this.#append(chunk);
  }

  /** A field as another message has it, tag included. */
  copy(whole: Uint8Array): void {
    this.#append(whole);
  }

  /** Everything written so far, as one array. */
  bytes(): Uint8Array {
    const result = new Uint8Array(this.#length);
    let offset = 0;
    for (const chunk of this.#chunks) {
      result.set(chunk, offset);
      offset += chunk.length;
    }
    return result;
  }

  #tag(field: number, wireType: number): void {
    this.#varint(BigInt((field << 3) | wireType));
  }

  #varint(value: bigint): void {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, value);
    do {
      const low = Number(rest & 127n);
      rest >>= 7n;
      bytes.push(rest === 0n ? low : low | 128);
    } while (rest !== 0n);
    this.#append(Uint8Array.from(bytes));
  }

  #append(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }
}
