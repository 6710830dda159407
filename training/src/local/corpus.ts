import { TrainingError } from '../error';
import { STOP_TOKEN, encodeBytes } from '../tokenizer/byte-tokenizer';

/** A dataset as token ids, its last documents set apart. */
export interface Corpus {
  /** Documents to train on, one after another, each ended by the stop token. */
  readonly training: Uint16Array;
  /** Documents never trained on. */
  readonly heldOut: Uint16Array;
}

/** One document in twenty is held out, at least one. */
const HELD_OUT_SHARE = 0.05;

/**
 * Encodes documents in their order and holds out the last 5 %.
 * @throws {TrainingError} `dataset_too_small` with fewer than two documents that hold text
 */
export function corpusOf(documents: readonly string[]): Corpus {
  const texts = documents.filter((text) => text.length > 0);
  if (texts.length < 2) {
    throw new TrainingError('dataset_too_small', 'Training needs at least two documents that hold text', {
      documents: texts.length,
    });
  }
  const cut = texts.length - Math.max(1, Math.round(texts.length * HELD_OUT_SHARE));
  return { training: stream(texts.slice(0, cut)), heldOut: stream(texts.slice(cut)) };
}

function stream(texts: readonly string[]): Uint16Array {
  const parts = texts.map((text) => encodeBytes(text));
  const tokens = new Uint16Array(parts.reduce((sum, part) => sum + part.length + 1, 0));
  let offset = 0;
  for (const part of parts) {
    tokens.set(part, offset);
    tokens[offset + part.length] = STOP_TOKEN;
    offset += part.length + 1;
  }
  return tokens;
}
