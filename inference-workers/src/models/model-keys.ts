import { LlmchainError, ordinal, unwrapModelKey, wrappingKeyOf, type ModelVersion } from '@llmchain/protocol';
import type { Ledger } from '../ledger/ledger';

/** Keys of sealed model versions as their owners gave them to this worker. */
export class ModelKeys {
  readonly #options: { member: string; worker: string; secretKey: Uint8Array };
  readonly #publicKey: string;
  readonly #ledger: Pick<Ledger, 'find'>;

  /** @param options.secretKey of the worker's wrapping key, 32 bytes */
  constructor(
    options: { member: string; worker: string; secretKey: Uint8Array },
    dependencies: { ledger: Pick<Ledger, 'find'> },
  ) {
    this.#options = options;
    this.#publicKey = wrappingKeyOf(options.secretKey);
    this.#ledger = dependencies.ledger;
  }

  /**
   * The data key of a sealed version, 32 bytes.
   * @throws {LlmchainError} `not_authorised` when this worker was not given it, or not for the key that it has;
   * `digest_mismatch` when it does not open
   */
  async keyOf({ model, version, owner }: ModelVersion): Promise<Uint8Array> {
    const { member, worker, secretKey } = this.#options;
    const details = { model, version, member, worker, owner: owner.member };
    const found = await this.#ledger.find('model-key', model, ordinal(version), member, worker);
    if (!found?.wrap)
      throw new LlmchainError(
        'not_authorised',
        found
          ? `${owner.member} has withdrawn the key of ${model}@${version} from ${worker}. Ask for it there.`
          : `${worker} was not given the key of ${model}@${version} yet. The owner's gateway gives it to workers of the pool; ask ${owner.member}.`,
        details,
      );
    if (found.publicKey !== this.#publicKey)
      throw new LlmchainError(
        'not_authorised',
        `The key of ${model}@${version} was given for another wrapping key of ${worker}. ${owner.member} gives it anew once this one is on the ledger.`,
        details,
      );
    return unwrapModelKey(found.wrap, { model, version, member, worker, publicKey: found.publicKey }, secretKey);
  }
}
