import {
  inPool,
  isSealed,
  LlmchainError,
  ordinal,
  type ModelKey,
  type ModelRef,
  type ModelVersion,
  type WrappingKey,
} from '@llmchain/protocol';
import type { Actor } from '../ports/actor';
import type { IndexRecords } from '../ports/index-records';
import type { Ledger, Ledgers } from '../ports/ledger';
import type { Log } from '../ports/log';
import type { ModelVault } from '../ports/model-vault';
import { collect } from './concurrency';
import { LookAgain } from './look-again';
import type { Place } from './transact';

interface Ports {
  ledgers: Ledgers;
  index: Pick<IndexRecords, 'onWritten'>;
  vault: ModelVault;
  log: Log;
}

/** However quiet the ledger is: what failed is tried again. Milliseconds. */
const AT_LEAST_EVERY = 30_000;
/** What the ledger writes when there may be something to do. */
const KINDS = ['model/', 'model-key/', 'wrapping-key/', 'consortium'];

/**
 * Gives the keys of this member's sealed model versions to workers of the versions' pools: to those that are new, and to
 * those that have another wrapping key by now. All of it follows from the ledger, so that a gateway that was down does it
 * when it is back. A key that was withdrawn is given again by people alone.
 */
export class GiveModelKeys {
  readonly #own: string;
  readonly #ports: Ports;
  readonly #looking: LookAgain;

  constructor(options: { own: string }, ports: Ports) {
    this.#own = options.own;
    this.#ports = ports;
    this.#looking = new LookAgain({ kinds: KINDS, atLeastEvery: AT_LEAST_EVERY }, ports);
  }

  /** Looks, unless nothing can have changed. */
  run(now = Date.now()): Promise<void> {
    return this.#looking.run(now, () => this.#giveAll());
  }

  async #giveAll(): Promise<void> {
    const { service } = this.#ports.ledgers;
    const versions = (await collect(service.list('model'))).filter(
      (version) =>
        version.owner.member === this.#own && isSealed(version) && ['candidate', 'approved'].includes(version.state),
    );
    if (versions.length === 0) return;
    const members = (await service.find('consortium'))?.members.map(({ member }) => member) ?? [];
    const workers = (await collect(service.list('wrapping-key'))).filter(({ member }) => members.includes(member));
    for (const version of versions) {
      const given = await collect(service.list('model-key', version.model, ordinal(version.version)));
      for (const { worker, before } of awaiting(version, workers, given)) await this.#attempt(version, worker, before);
    }
  }

  /**
   * Gives a version's key to one worker, also where it was withdrawn.
   * @throws {LlmchainError} `not_found` for a worker without a wrapping key, or without the version's key here;
   * `not_authorised` | `wrong_state` as the ledger says
   */
  async give(actor: Actor, version: ModelRef, to: { member: string; worker: string }): Promise<ModelKey & Place> {
    const ledger = await this.#ports.ledgers.as(actor);
    const { owner } = await ledger.get('model', version.model, ordinal(version.version));
    if (owner.member !== this.#own)
      throw new LlmchainError('not_authorised', `Only ${owner.member} may give the key of ${version.model}.`, {
        owner,
      });
    const [wrapping, before] = await Promise.all([
      ledger.get('wrapping-key', to.member, to.worker),
      ledger.find('model-key', version.model, ordinal(version.version), to.member, to.worker),
    ]);
    return this.#give(ledger, version, wrapping, before);
  }

  async #attempt(
    { model, version }: ModelVersion,
    { member, worker, publicKey }: WrappingKey,
    before: ModelKey | undefined,
  ): Promise<void> {
    const { ledgers, log } = this.#ports;
    try {
      await this.#give(ledgers.service, { model, version }, { member, worker, publicKey }, before);
      log.info({ model, version, member, worker }, 'the key of a sealed model was given');
    } catch (error) {
      const details = error instanceof LlmchainError ? error.toJSON() : { error: String(error) };
      log.warn({ ...details, model, version, member, worker }, 'the key of a sealed model waits for the next look');
    }
  }

  async #give(
    ledger: Ledger,
    { model, version }: ModelRef,
    { member, worker, publicKey }: Pick<WrappingKey, 'member' | 'worker' | 'publicKey'>,
    before: ModelKey | undefined,
  ): Promise<ModelKey & Place> {
    const wrap = await this.#ports.vault.wrap({ model, version }, { member, worker, publicKey });
    // What is given takes the place of what was seen alone: a withdrawal in the meantime stands.
    const request = { model, version, member, worker, publicKey, wrap, replaces: before?.updatedTx ?? null };
    const { result, transaction, block } = await ledger.submit('models:giveKey', request);
    return { ...result, transaction, block };
  }
}

/** Workers of a version's pool that have no key of it yet, or one for an earlier wrapping key, which is told with them. */
function awaiting(
  version: ModelVersion,
  workers: readonly WrappingKey[],
  given: readonly ModelKey[],
): readonly { worker: WrappingKey; before: ModelKey | undefined }[] {
  return workers.flatMap((worker) => {
    if (worker.state !== 'active' || !inPool(version, version.owner.member, worker.member)) return [];
    const before = given.find((key) => key.member === worker.member && key.worker === worker.worker);
    const awaits = !before || (before.state === 'given' && before.publicKey !== worker.publicKey);
    return awaits ? [{ worker, before }] : [];
  });
}
