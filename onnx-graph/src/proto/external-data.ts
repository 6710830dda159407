import type { ExternalPlace } from './onnx';

/** Smaller tensors stay in the graph's own file: shapes and scalars must be known when it is loaded. */
const SMALLEST = 1024;
/** Tensors begin on page boundaries, so that a runtime maps the file instead of copying it. */
const PAGE = 4096;

/** The file beside a graph's that holds its large tensors. Source: ONNX, "External Data". */
export class ExternalData {
  readonly #file: string;
  readonly #parts: { place: ExternalPlace; raw: () => Uint8Array }[] = [];
  #end = 0;

  /** @param file its name, relative to the graph's folder */
  constructor(file: string) {
    this.#file = file;
  }

  /** Takes a tensor in; undefined when it is small enough for the graph's own file. */
  place(length: number, raw: () => Uint8Array): ExternalPlace | undefined {
    if (length < SMALLEST) return undefined;
    const place = { file: this.#file, offset: Math.ceil(this.#end / PAGE) * PAGE, length };
    this.#end = place.offset + length;
    this.#parts.push({ place, raw });
    return place;
  }

  /** The file's content, a tensor at a time, each made when it is its turn. */
  *pieces(): Generator<Uint8Array> {
    let written = 0;
    for (const { place, raw } of this.#parts) {
      if (place.offset > written) yield new Uint8Array(place.offset - written);
      yield raw();
      written = place.offset + place.length;
    }
  }
}
