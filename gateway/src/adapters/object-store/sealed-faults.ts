import { canonicalJson, decodeJson, FaultEvidence, sha256Hex } from '@llmchain/protocol';
import type { ObjectStore } from '../../ports/object-store';
import type { Faults } from '../../ports/faults';
import { SealedObjects } from './sealed-objects';

/** Evidence of faults in the member's bucket, sealed, by the digest of its canonical JSON: it holds what was asked and answered. */
export class SealedFaults implements Faults {
  readonly #objects: SealedObjects;

  /** @param options.key 32 bytes */
  constructor(options: { key: Buffer }, dependencies: { store: ObjectStore }) {
    this.#objects = new SealedObjects({ ...options, folder: 'faults' }, dependencies);
  }

  async put(evidence: FaultEvidence): Promise<string> {
    const text = canonicalJson(evidence);
    const digest = sha256Hex(text);
    await this.#objects.put(digest, text);
    return digest;
  }

  async get(digest: string): Promise<FaultEvidence> {
    return decodeJson(FaultEvidence, await this.#objects.get(digest), 'evidence of a fault');
  }
}
