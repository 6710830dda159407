import { setImmediate as breathe } from 'node:timers/promises';
import {
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
  async run(medium: WorkEntry['medium'], content: Uint8Array, statements: Statements = {}): Promise<Reading> {
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

  async #image(content: Uint8Array): Promise<{ fingerprint?: Fingerprint; signal?: Signal | undefined }> {
    const { phash, xmp } = await this.#ports.images.read(content);
    return {
      ...(phash === undefined ? {} : { fingerprint: { method: 'phash-64', bits: phash } }),
      signal: xmp && xmpSignal(xmp, Buffer.from(xmp).toString('utf8')),
    };
  }
}

async function text(content: Uint8Array): Promise<{ fingerprint?: Fingerprint }> {
  const fingerprinter = new TextFingerprinter();
  for (let at = 0; at < content.byteLength; at += PART) {
    fingerprinter.update(content.subarray(at, at + PART));
    await breathe();
  }
  const signature = fingerprinter.finish();
  return signature ? { fingerprint: { method: 'minhash-128', signature: encodeSignature(signature) } } : {};
}
