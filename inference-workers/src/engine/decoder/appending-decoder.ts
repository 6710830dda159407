import { Tensor, type InferenceSession } from 'onnxruntime-node';
import type { Decoder, DecoderGeometry, KeyValueCache, Pass, PassRow } from './decoder';
import { cacheNames, demandVocabulary, HIDDEN, hiddenSizeOf, integers, prefixMask } from './layout';
import { rowBytes, RowSets } from './row-sets';

/**
 * A graph that reads the past where it lies and gives new keys and values alone (`appendingGraph`): rows of any lengths
 * advance together, and a step copies nothing of the past.
 */
export class AppendingDecoder implements Decoder {
  readonly geometry: DecoderGeometry;
  readonly batches = true;
  readonly hiddenSize: number | undefined;
  readonly #session: InferenceSession;

  constructor(session: InferenceSession, geometry: DecoderGeometry) {
    this.#session = session;
    this.geometry = geometry;
    this.hiddenSize = hiddenSizeOf(session);
  }

  allocate(rows: number, tokens: number): KeyValueCache {
    return new AppendingCache(this.#session, this.geometry, { rows, tokens });
  }

  bytesFor(tokens: number, longest: number): number {
    return rowBytes(tokens, longest, this.geometry);
  }

  close(): Promise<void> {
    return this.#session.release();
  }
}

class AppendingCache implements KeyValueCache {
  readonly #session: InferenceSession;
  readonly #geometry: DecoderGeometry;
  readonly #sets: RowSets;
  readonly #names: { past: string; present: string }[];
  /** What the last pass gave, and by what its sizes are known: a pass of the same sizes writes over it. */
  #last: { sizes: string; outputs: Record<string, Tensor> } = { sizes: '', outputs: {} };

  constructor(session: InferenceSession, geometry: DecoderGeometry, size: { rows: number; tokens: number }) {
    this.#session = session;
    this.#geometry = geometry;
    this.#sets = new RowSets(size, geometry);
    this.#names = cacheNames(geometry.layers);
  }

  get bytes(): number {
    return this.#sets.bytes;
  }

  async forward({ rows, logits, hidden }: Pass): Promise<Float32Array> {
    const byRow = new Map(rows.map((each, at) => [each.row, { ...each, at }]));
    const groups = this.#sets.arrange(
      rows.map(({ row, past, tokens }) => ({ row, past, total: past + tokens.length })),
    );
    const parts: Part[] = [];
    const states: Part[] = [];
    for (const { set, index, count } of groups) {
      const members = set.rows.slice(index, index + count).map((row) => byRow.get(row)!);
      const { buffers, dims } = set.view(index, count);
      // What one group has given is needed until the last has run.
      const reuse = groups.length === 1;
      const outputs = await this.#run(members, buffers, dims, { logits, hidden: hidden !== undefined, reuse });
      this.#names.forEach(({ present }, buffer) => {
        const news = outputs[present]!.data as Float32Array;
        const size = news.length / count;
        members.forEach(({ row, past }, at) => {
          set.write(row, buffer, news.subarray(at * size, (at + 1) * size), past);
        });
      });
      const places = members.map(({ at }) => at);
      parts.push({ places, values: this.#logits(outputs['logits']!, logits) });
      if (hidden) states.push({ places, values: outputs[HIDDEN]!.data as Float32Array });
    }
    hidden?.(joined(states));
    return joined(parts);
  }

  copy(from: number, to: number, tokens: number): void {
    this.#sets.copy(from, to, tokens);
  }

  limit(row: number, tokens: number): void {
    this.#sets.limit(row, tokens);
  }

  keep(row: number, tokens: number): void {
    this.#sets.keep(row, tokens);
  }

  /** The logits of each row's last positions: a graph that takes no number of them gives them all. */
  #logits(tensor: Tensor, wanted: number): Float32Array {
    const values = demandVocabulary(tensor, this.#geometry);
    const [rows = 0, given = 0, width = 0] = tensor.dims;
    if (given === wanted) return values;
    const last = new Float32Array(rows * wanted * width);
    for (let row = 0; row < rows; row++) {
      const end = (row + 1) * given * width;
      last.set(values.subarray(end - wanted * width, end), row * wanted * width);
    }
    return last;
  }

  async #run(
    rows: readonly PassRow[],
    buffers: readonly Float32Array[],
    dims: readonly number[],
    wanted: { logits: number; hidden: boolean; reuse: boolean },
  ): Promise<Record<string, Tensor>> {
    const time = rows[0]!.tokens.length;
    const dimensions = [rows.length, time];
    const positions = rows.flatMap(({ past, tokens }) => tokens.map((_, at) => past + at));
    const { inputNames } = this.#session;
    const feeds: Record<string, Tensor> = {
      input_ids: integers(
        rows.flatMap(({ tokens }) => tokens),
        dimensions,
      ),
      attention_mask: prefixMask(rows.map(({ past }) => past + time)),
      ...(inputNames.includes('position_ids') ? { position_ids: integers(positions, dimensions) } : {}),
      ...(inputNames.includes('num_logits_to_keep') ? { num_logits_to_keep: integers([wanted.logits], []) } : {}),
    };
    const fetches = ['logits', ...(wanted.hidden ? [HIDDEN] : [])];
    this.#names.forEach(({ past, present }, index) => {
      feeds[past] = new Tensor('float32', buffers[index]!, dims);
      fetches.push(present);
    });
    if (!wanted.reuse) return this.#session.run(feeds, fetches);
    const sizes = [...dimensions, wanted.logits, wanted.hidden].join();
    const again = this.#last.sizes === sizes;
    // Buffers of a megabyte and more for every token would be garbage to collect.
    const outputs = await (again ? this.#session.run(feeds, this.#last.outputs) : this.#session.run(feeds, fetches));
    this.#last = { sizes, outputs };
    return outputs;
  }
}

/** What a pass gave for some rows, [rows, …], and where these stand among those that were asked for. */
interface Part {
  readonly places: readonly number[];
  readonly values: Float32Array;
}

/** What passes gave, in the order of the rows that were asked for. */
function joined(parts: readonly Part[]): Float32Array {
  const [first] = parts;
  if (parts.length === 1 && first!.places.every((place, at) => place === at)) return first!.values;
  const all = new Float32Array(parts.reduce((sum, { values }) => sum + values.length, 0));
  for (const { places, values } of parts) {
    const size = values.length / places.length;
    places.forEach((place, at) => {
      all.set(values.subarray(at * size, (at + 1) * size), place * size);
    });
  }
  return all;
}
