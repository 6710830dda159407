import type { Signer } from '@llmchain/protocol';
import type { Ledgers } from '../ports/ledger';
import type { Log } from '../ports/log';
import { derivedOperation } from './operation';
import { untilRegistered } from './until-registered';

/** Registers the key that signs this gateway's tickets, as soon as the consortium is founded. */
export class RegisterSigner {
  readonly #options: { signer: string; publicKey: string };
  readonly #ports: { ledgers: Ledgers; log: Log };

  constructor(options: { signer: string; publicKey: string }, ports: { ledgers: Ledgers; log: Log }) {
    this.#options = options;
    this.#ports = ports;
  }

  /** Resolves when the key is registered; gives up only on abort or when another key stands under the id. */
  async run(signal: AbortSignal): Promise<void> {
    const { log } = this.#ports;
    const known = await untilRegistered('the signing key', () => this.#register(), { log, signal });
    if (!known) return;
    const { signer, publicKey } = known;
    if (publicKey === this.#options.publicKey) log.info({ signer }, 'the signing key is registered');
    else log.error({ signer }, 'another key is registered under this id; restore the old signing key');
  }

  async #register(): Promise<Signer> {
    const { signer, publicKey } = this.#options;
    const { service } = this.#ports.ledgers;
    const known = await service.find('signer', signer);
    if (known) return known;
    const operationId = derivedOperation('register-signer', signer, publicKey);
    return (await service.submit('members:registerSigner', { operationId, signer, kind: 'gateway', publicKey })).result;
  }
}
