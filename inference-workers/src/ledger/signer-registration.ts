import { LlmchainError, publicKeyOf } from '@llmchain/protocol';
import type { Logger } from 'pino';
import { backOff, codeOf, pause, problemOf } from './back-off';
import type { Ledger } from './ledger';

export interface SignerRegistrationOptions {
  /** Signer's id on the ledger. */
  signer: string;
  /** MSP id of the own member. */
  member: string;
  /** 32 bytes, the Ed25519 seed. */
  secretKey: Uint8Array;
  /** X25519, 32 bytes, hexadecimal: what keys of sealed models are wrapped to. */
  wrappingKey: string;
}

/** Puts the worker's public keys on the ledger: one by which others check its receipts, one to wrap keys of models to. */
export class SignerRegistration {
  readonly #options: SignerRegistrationOptions;
  readonly #ledger: Pick<Ledger, 'find' | 'submit'>;
  readonly #log: Logger;
  #registered = false;

  constructor(
    options: SignerRegistrationOptions,
    dependencies: { ledger: Pick<Ledger, 'find' | 'submit'>; log: Logger },
  ) {
    this.#options = options;
    this.#ledger = dependencies.ledger;
    this.#log = dependencies.log;
  }

  /** Whether receipts signed here can be checked by others. */
  get registered(): boolean {
    return this.#registered;
  }

  /** Registers the key unless it is there; waits for as long as the consortium is not founded or not reachable. */
  async ensure(signal: AbortSignal): Promise<void> {
    let last = '';
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        if (!this.#registered) {
          await this.#register();
          this.#registered = true;
          this.#log.info({ signer: this.#options.signer }, 'signing key is on the ledger');
        }
        await this.#setWrappingKey();
        return;
      } catch (error) {
        const code = codeOf(error);
        if (code !== last)
          this.#log.warn({ ...problemOf(error), signer: this.#options.signer }, 'the keys are not registered yet');
        last = code;
      }
      await pause(backOff(attempt), signal);
    }
  }

  async #setWrappingKey(): Promise<void> {
    const { signer: worker, member, wrappingKey: publicKey } = this.#options;
    const found = await this.#ledger.find('wrapping-key', member, worker);
    if (found?.publicKey === publicKey && found.state === 'active') return;
    if (found?.publicKey === publicKey)
      throw new LlmchainError(
        'wrong_state',
        `The wrapping key of ${worker} was revoked. Remove its file and start the worker again: it makes another.`,
        { worker },
      );
    await this.#ledger.submit('members:setWrappingKey', { worker, publicKey });
    this.#log.info({ worker }, 'wrapping key is on the ledger');
  }

  async #register(): Promise<void> {
    const { signer, member, secretKey } = this.#options;
    const publicKey = publicKeyOf(secretKey);
    const found = await this.#ledger.find('signer', signer);
    if (!found) {
      const operationId = `signer:${signer}:${publicKey.slice(0, 16)}`;
      await this.#ledger.submit('members:registerSigner', { operationId, signer, kind: 'worker', publicKey });
      return;
    }
    if (found.publicKey !== publicKey || found.owner.member !== member || found.kind !== 'worker') {
      throw new LlmchainError(
        'already_registered',
        `The ledger has another key under ${signer}. Give this worker its old key back, or another id.`,
        { signer },
      );
    }
  }
}
