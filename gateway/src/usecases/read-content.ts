import { setImmediate as breathe } from 'node:timers/promises';
import {
  LlmchainError,
  aiprefSignal,
  encodeSignature,
  TextFingerprinter,
  tdmrepSignal,
  trainingMiningSignal,
  xmpSignal,
  type Fingerprint,
  type Signal,
  type TrainingMining,
  type WorkEntry,
} from '@llmchain/protocol';
import type { Images } from '../ports/images';
import type { Manifests } from '../ports/manifests';

/** Machine-readable statements that lie beside the content: the text of each. */
export interface Statements {
  tdmrep?: string | undefined;
  aipref?: string | undefined;
}

/** What became of the C2PA manifest in a content. */
export interface Credentials {
  /** SHA-256 of the manifest store. */
  manifest: string;
  /** Whether content, assertions and signatures are as they were signed. What does not hold is told and not believed. */
  valid: boolean;
  /** Status codes of C2PA. */
  problems: string[];
  /** What constrained uses are constrained to, in the words of the manifest. */
  constraints: TrainingMining['constraints'];
}

/** What the content itself says of a work. */
export interface Reading {
  entry: Pick<WorkEntry, 'fingerprint' | 'signals' | 'c2pa'>;
  credentials?: Credentials;
}

interface Found {
  fingerprint?: Fingerprint;
  signals?: Signal[];
  credentials?: Credentials;
}

/** Bytes of text that are fingerprinted in one go; others have their turn in between. */
const PART = 256 * 1024;

/** Largest image that is decoded: 64 MiB. */
const IMAGE_LIMIT = 64 * 1024 * 1024;

/** All of a content, or its pieces one after another. */
export type Source = Uint8Array | AsyncIterable<Uint8Array>;

/** Reads from content what nobody has to be believed: its fingerprint, and what signals in and beside it allow. */
export class ReadContent {
  readonly #ports: { images: Images; manifests: Manifests };

  constructor(_options: object, ports: { images: Images; manifests: Manifests }) {
    this.#ports = ports;
  }

  /**
   * Texts have to be UTF-8 and images decodable; other media have no fingerprint.
   * @throws {LlmchainError} `invalid_argument` | `too_large`
   */
  async run(medium: WorkEntry['medium'], content: Source, statements: Statements = {}): Promise<Reading> {
    const read: Found = medium === 'text' ? await text(content) : medium === 'image' ? await this.#image(content) : {};
    const { fingerprint, credentials } = read;
    const { tdmrep, aipref } = statements;
    const signals = [
      ...(read.signals ?? []),
      ...(tdmrep === undefined ? [] : [tdmrepSignal(tdmrep)]),
      ...(aipref === undefined ? [] : [aiprefSignal(aipref)]),
    ];
    return {
      entry: {
        ...(fingerprint ? { fingerprint } : {}),
        ...(signals.length > 0 ? { signals } : {}),
        ...(credentials?.valid ? { c2pa: credentials.manifest } : {}),
      },
      ...(credentials ? { credentials } : {}),
    };
  }

  async #image(content: Source): Promise<Found> {
    const bytes = await whole(content);
    const { phash, windows = [], xmp } = await this.#ports.images.read(bytes);
    const said = xmp && xmpSignal(xmp, Buffer.from(xmp).toString('utf8'));
    const { signal, credentials } = await this.#manifest(bytes);
    return {
      ...(phash === undefined
        ? {}
        : { fingerprint: { method: 'phash-64', bits: phash, ...(windows.length > 0 ? { windows } : {}) } }),
      signals: [said, signal].filter((each) => each !== undefined),
      ...(credentials ? { credentials } : {}),
    };
  }

  async #manifest(content: Uint8Array): Promise<{ signal?: Signal; credentials?: Credentials }> {
    const read = await this.#ports.manifests.read(content);
    if (!read) return {};
    const { digest, problems, assertions } = read;
    const valid = problems.length === 0;
    const said = valid ? trainingMiningSignal(assertions, digest) : undefined;
    const credentials = { manifest: digest, valid, problems, constraints: said?.constraints ?? {} };
    return { credentials, ...(said ? { signal: said.signal } : {}) };
  }
}

async function text(content: Source): Promise<Found> {
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
