import type { Decoder, DecoderGeometry, KeyValueCache, Pass } from '@llmchain/inference-workers';

const GEOMETRY: DecoderGeometry = { layers: 1, kvHeads: 1, headSize: 1, vocabulary: 8 };
/** Bytes of one token's keys and values. */
export const TOKEN_BYTES = 8;

/** A device that computes nothing: each token is followed by the next number. It counts passes and memory. */
export class FakeDevice implements Decoder {
  readonly geometry = GEOMETRY;
  readonly batches = true;
  readonly hiddenSize = undefined;
  passes = 0;
  /** Rows of the widest pass. */
  widest = 0;
  /** Bytes that rows held at most, together. */
  mostBytes = 0;
  computed = 0;

  allocate(rows: number): KeyValueCache {
    const held = Array<number>(rows).fill(0);
    const bytes = (): number => held.reduce((sum, tokens) => sum + tokens, 0) * TOKEN_BYTES;
    return {
      get bytes() {
        return bytes();
      },
      forward: (pass) => {
        for (const { row, past, tokens } of pass.rows) held[row] = past + tokens.length;
        this.#count(pass, bytes());
        return Promise.resolve(following(pass));
      },
      copy: (_, to, tokens) => void (held[to] = tokens),
      limit: () => undefined,
      keep: (row, tokens) => void (held[row] = tokens),
    };
  }

  bytesFor(tokens: number): number {
    return tokens * TOKEN_BYTES;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #count({ rows }: Pass, bytes: number): void {
    this.passes++;
    this.computed += rows.reduce((sum, { tokens }) => sum + tokens.length, 0);
    this.widest = Math.max(this.widest, rows.length);
    this.mostBytes = Math.max(this.mostBytes, bytes);
  }
}

function following({ rows, logits: wanted }: Pass): Float32Array {
  const { vocabulary } = GEOMETRY;
  const logits = new Float32Array(rows.length * wanted * vocabulary);
  rows.forEach(({ tokens }, row) => {
    tokens.slice(-wanted).forEach((token, at) => {
      logits[(row * wanted + at) * vocabulary + ((token + 1) % vocabulary)] = 10;
    });
  });
  return logits;
}
