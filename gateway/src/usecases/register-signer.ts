import { setTimeout as delay } from 'node:timers/promises';
import { LlmchainError, type Signer } from '@llmchain/protocol';
import type { Ledgers } from '../ports/ledger';
import type { Log } from '../ports/log';
import { derivedOperation } from './operation';

/** Longest wait between two tries, milliseconds. */
const LONGEST_WAIT = 5_000;

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
    for (let wait = 250; !signal.aborted; wait = Math.min(LONGEST_WAIT, wait * 2)) {
      try {
        const { signer, publicKey } = await this.#register();
        if (publicKey === this.#options.publicKey) log.info({ signer }, 'the signing key is registered');
        else log.error({ signer }, 'another key is registered under this id; restore the old signing key');
        return;
      } catch (error) {
        const code = error instanceof LlmchainError ? error.code : 'internal';
        log.debug({ code, error: String(error) }, 'the signing key is not registered yet');
        await delay(wait, undefined, { signal }).catch(() => undefined);
      }
    }
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
