import { setImmediate as breathe } from 'node:timers/promises';
import {
  LlmchainError,
  aiprefSignal,
  encodeSignature,
  TextFingerprinter,
  tdmrepSignal,
  xmpSignal,
  type Fingerprint,
  type Signal,
  type WorkEntry,
} from '@llmchain/protocol';
import type { Images } from '../ports/images';

/** Machine-readable statements that lie beside the content: the text of each. */
export interface Statements {
  tdmrep?: string | undefined;
  aipref?: string | undefined;
}

/** What the content itself says of a work. */
export type Reading = Pick<WorkEntry, 'fingerprint' | 'signals'>;

/** Bytes of text that are fingerprinted in one go; others have their turn in between. */
const PART = 256 * 1024;

/** Largest image that is decoded: 64 MiB. */
const IMAGE_LIMIT = 64 * 1024 * 1024;

/** All of a content, or its pieces one after another. */
export type Source = Uint8Array | AsyncIterable<Uint8Array>;

/** Reads from content what nobody has to be believed: its fingerprint, and what signals in and beside it allow. */
export class ReadContent {
  readonly #ports: { images: Images };

  constructor(_options: object, ports: { images: Images }) {
    this.#ports = ports;
  }

  /**
   * Texts have to be UTF-8 and images decodable; other media have no fingerprint.
   * @throws {LlmchainError} `invalid_argument` | `too_large`
   */
  async run(medium: WorkEntry['medium'], content: Source, statements: Statements = {}): Promise<Reading> {
    const read: { fingerprint?: Fingerprint; signal?: Signal | undefined } =
      medium === 'text' ? await text(content) : medium === 'image' ? await this.#image(content) : {};
    const { fingerprint, signal } = read;
    const { tdmrep, aipref } = statements;
    const signals = [
      ...(signal ? [signal] : []),
      ...(tdmrep === undefined ? [] : [tdmrepSignal(tdmrep)]),
      ...(aipref === undefined ? [] : [aiprefSignal(aipref)]),
    ];
    return { ...(fingerprint ? { fingerprint } : {}), ...(signals.length > 0 ? { signals } : {}) };
  }

  async #image(content: Source): Promise<{ fingerprint?: Fingerprint; signal?: Signal | undefined }> {
    const { phash, xmp } = await this.#ports.images.read(await whole(content));
    return {
      ...(phash === undefined ? {} : { fingerprint: { method: 'phash-64', bits: phash } }),
      signal: xmp && xmpSignal(xmp, Buffer.from(xmp).toString('utf8')),
    };
  }
}

async function text(content: Source): Promise<{ fingerprint?: Fingerprint }> {
  const fingerprinter = new TextFingerprinter();
  for await (const piece of content instanceof Uint8Array ? [content] : content) {
    for (let at = 0; at < piece.byteLength; at += PART) {
      fingerprinter.update(piece.subarray(at, at + PART));
      await breathe();
    }
  }
  const signature = fingerprinter.finish();
  return signature ? { fingerprint: { method: 'minhash-128', signature: encodeSignature(signature) } } : {};
}

/** @throws {LlmchainError} `too_large` */
async function whole(content: Source): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return content;
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of content) {
    bytes += piece.byteLength;
    if (bytes > IMAGE_LIMIT)
      throw new LlmchainError('too_large', `An image may have at most ${IMAGE_LIMIT} bytes.`, { limit: IMAGE_LIMIT });
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
