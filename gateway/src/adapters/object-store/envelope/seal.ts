import { Transform } from 'node:stream';
import {
  FRAME,
  FRAME_HEADER,
  FRAME_TAG,
  frameHeader,
  framePrefix,
  LlmchainError,
  type FrameKey,
} from '@llmchain/protocol';
import { openFrame, sealFrame } from './frames';

/** Cuts a stream into pieces of one size; the last may be shorter, and is known to be the last. */
class Cutter {
  #rest: Buffer[] = [];
  #length = 0;

  constructor(private readonly size: number) {}

  /** Pieces that are complete, and of which it is known that more follows. */
  *push(chunk: Buffer): Generator<Buffer> {
    this.#rest.push(chunk);
    this.#length += chunk.byteLength;
    if (this.#length <= this.size) return;
    const all = Buffer.concat(this.#rest, this.#length);
    let start = 0;
    for (; this.#length - start > this.size; start += this.size) yield all.subarray(start, start + this.size);
    this.#rest = [all.subarray(start)];
    this.#length -= start;
  }

  last(): Buffer {
    return Buffer.concat(this.#rest, this.#length);
  }
}

/** Seals what passes through; holds one frame at a time. */
export function sealing(secret: FrameKey): Transform {
  const frames = new Cutter(FRAME);
  let index = 0;
  let begun = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, next) {
      if (!begun) this.push(frameHeader(secret));
      begun = true;
      for (const frame of frames.push(chunk)) this.push(sealFrame(frame, index++, false, secret));
      next();
    },
    flush(next) {
      if (!begun) this.push(frameHeader(secret));
      this.push(sealFrame(frames.last(), index, true, secret));
      next();
    },
  });
}

/**
 * Opens what passes through, frame by frame: nothing leaves it that was not sealed at that place.
 * The stream fails with `digest_mismatch` when a byte was changed, or when the end is missing.
 */
export function opening({ key, digest }: Pick<FrameKey, 'key' | 'digest'>): Transform {
  const frames = new Cutter(FRAME + FRAME_TAG);
  let header = Buffer.alloc(0);
  let prefix: Uint8Array | undefined;
  let index = 0;
  const open = (sealed: Buffer, last: boolean): Buffer => {
    try {
      if (!prefix || sealed.byteLength < FRAME_TAG) throw new Error('The object ends too early.');
      return openFrame(sealed, index++, last, { key, prefix, digest });
    } catch (cause) {
      throw new LlmchainError(
        'digest_mismatch',
        'The sealed object in the bucket was changed or cut short. Put the content there again.',
        { sha256: digest },
        { cause },
      );
    }
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, next) {
      try {
        const missing = prefix ? 0 : FRAME_HEADER - header.byteLength;
        if (missing > 0) {
          header = Buffer.concat([header, chunk.subarray(0, missing)]);
          prefix = framePrefix(header);
        }
        for (const frame of frames.push(chunk.subarray(missing))) this.push(open(frame, false));
        next();
      } catch (error) {
        next(error as Error);
      }
    },
    flush(next) {
      try {
        this.push(open(frames.last(), true));
        next();
      } catch (error) {
        next(error as Error);
      }
    },
  });
}
