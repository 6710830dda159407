import type { DecoderGeometry } from './decoder';

/** How many rows sets have room for: at most a third more than they hold. */
const SIZES = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];

/** Rows of one capacity side by side, in the buffers that one pass takes as they are. */
export class RowSet {
  /** Tokens of each row. */
  readonly capacity: number;
  /** The rows that are here, in the order in which they lie. */
  readonly rows: number[] = [];
  readonly #geometry: DecoderGeometry;
  #size = 0;
  /** [size, kvHeads, capacity, headSize] each, layer by layer, keys before values. */
  readonly #buffers: Float32Array[];

  constructor(capacity: number, geometry: DecoderGeometry) {
    this.capacity = capacity;
    this.#geometry = geometry;
    this.#buffers = Array.from({ length: 2 * geometry.layers }, () => new Float32Array(0));
  }

  /** Bytes of the buffers. */
  get bytes(): number {
    return this.#buffers.length * this.#size * this.#rowLength * Float32Array.BYTES_PER_ELEMENT;
  }

  /** Makes room for one more row, whose content is to be written. */
  add(row: number): void {
    this.#resize(this.rows.length + 1);
    const length = this.#rowLength;
    // What another left there is not read again, not even to be multiplied by zero.
    for (const buffer of this.#buffers) buffer.fill(0, this.rows.length * length, (this.rows.length + 1) * length);
    this.rows.push(row);
  }

  /** Takes a row out; the last takes its place. */
  remove(row: number): void {
    const [index, last] = [this.rows.indexOf(row), this.rows.length - 1];
    if (index !== last) {
      const length = this.#rowLength;
      for (const buffer of this.#buffers) buffer.copyWithin(index * length, last * length, (last + 1) * length);
      this.rows[index] = this.rows[last]!;
    }
    this.rows.pop();
    this.#resize(this.rows.length);
  }

  /** What a pass over `count` rows from the one at `index` reads: a part of each buffer, and its shape. */
  view(index: number, count: number): { buffers: Float32Array[]; dims: number[] } {
    const { kvHeads, headSize } = this.#geometry;
    const length = this.#rowLength;
    return {
      buffers: this.#buffers.map((buffer) => buffer.subarray(index * length, (index + count) * length)),
      dims: [count, kvHeads, this.capacity, headSize],
    };
  }

  /**
   * Writes tokens of one layer's keys or values.
   * @param values [kvHeads, tokens, headSize]
   * @param past tokens of the row before them
   */
  write(row: number, buffer: number, values: Float32Array, past: number): void {
    const { kvHeads, headSize } = this.#geometry;
    const part = values.length / kvHeads;
    const start = this.rows.indexOf(row) * this.#rowLength + past * headSize;
    for (let head = 0; head < kvHeads; head++) {
      const at = start + head * this.capacity * headSize;
      this.#buffers[buffer]!.set(values.subarray(head * part, (head + 1) * part), at);
    }
  }

  /** Makes the first tokens of a row here those of a row there. */
  copy(row: number, there: RowSet, from: number, tokens: number): void {
    const { kvHeads, headSize } = this.#geometry;
    const [start, source] = [this.rows.indexOf(row) * this.#rowLength, there.rows.indexOf(from) * there.#rowLength];
    this.#buffers.forEach((buffer, index) => {
      for (let head = 0; head < kvHeads; head++) {
        const at = source + head * there.capacity * headSize;
        const part = there.#buffers[index]!.subarray(at, at + tokens * headSize);
        buffer.set(part, start + head * this.capacity * headSize);
      }
    });
  }

  #resize(rows: number): void {
    const size = rows === 0 ? 0 : (SIZES.find((each) => each >= rows) ?? rows);
    if (size === this.#size) return;
    const kept = Math.min(rows, this.rows.length) * this.#rowLength;
    this.#buffers.forEach((buffer, index) => {
      const next = new Float32Array(size * this.#rowLength);
      next.set(buffer.subarray(0, kept));
      this.#buffers[index] = next;
    });
    this.#size = size;
  }

  get #rowLength(): number {
    const { kvHeads, headSize } = this.#geometry;
    return kvHeads * this.capacity * headSize;
  }
}
