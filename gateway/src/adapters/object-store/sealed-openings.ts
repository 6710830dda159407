import { canonicalJson, decodeJson, Opening } from '@llmchain/protocol';
import type { ObjectStore } from '../../ports/object-store';
import type { Openings } from '../../ports/receipts';
import { SealedObjects } from './sealed-objects';

/** Openings in the member's bucket, sealed, each by its receipt's id. */
export class SealedOpenings implements Openings {
  readonly #objects: SealedObjects;

  /** @param options.key 32 bytes */
  constructor(options: { key: Buffer }, dependencies: { store: ObjectStore }) {
    this.#objects = new SealedObjects({ ...options, folder: 'openings' }, dependencies);
  }

  async put(opening: Opening): Promise<void> {
    await this.#objects.put(opening.receipt, canonicalJson(opening));
  }

  async get(receipt: string): Promise<Opening> {
    return decodeJson(Opening, await this.#objects.get(receipt), 'opening');
  }
}
