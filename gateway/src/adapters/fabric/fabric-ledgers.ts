import { readFile } from 'node:fs/promises';
import {
  LedgerClient,
  openConnection,
  type Identity,
  type LedgerOptions,
  type PeerAddress,
} from '@llmchain/ledger-client';
import { LlmchainError } from '@llmchain/protocol';
import type { Actor } from '../../ports/actor';
import type { Ledger, Ledgers } from '../../ports/ledger';

/** Clients that are kept ready, the least recently used of them given up first. */
const KEPT = 200;

export interface FabricOptions extends LedgerOptions {
  mspId: string;
}

export interface FabricDependencies {
  peer: PeerAddress;
  /** The gateway's own identity. */
  service: Identity;
  /** Where the certificate and key of a key's holder lie; PEM files. */
  wallet: { files(key: string): { certificate: string; key: string } };
}

/** The ledger through the member's peer: one gRPC connection, one signer per identity. */
export class FabricLedgers implements Ledgers {
  readonly service: LedgerClient;
  readonly #options: FabricOptions;
  readonly #wallet: FabricDependencies['wallet'];
  readonly #connection: ReturnType<typeof openConnection>;
  readonly #clients = new Map<string, Promise<LedgerClient>>();

  constructor(options: FabricOptions, dependencies: FabricDependencies) {
    this.#options = options;
    this.#wallet = dependencies.wallet;
    this.#connection = openConnection(dependencies.peer);
    this.service = new LedgerClient(options, this.#connection, dependencies.service);
  }

  as(actor: Actor): Promise<Ledger> {
    const known = this.#clients.get(actor.key);
    this.#clients.delete(actor.key);
    const client = known ?? this.#open(actor.key);
    this.#clients.set(actor.key, client);
    client.catch(() => this.#clients.delete(actor.key));
    const oldest = this.#clients.keys().next();
    // A client that is given up ends by itself when nobody holds it: it has no connection of its own.
    if (this.#clients.size > KEPT && oldest.done !== true) this.#clients.delete(oldest.value);
    return client;
  }

  close(): void {
    this.service.close();
    this.#connection.close();
  }

  async #open(key: string): Promise<LedgerClient> {
    const files = this.#wallet.files(key);
    try {
      const [certificate, privateKey] = await Promise.all([readFile(files.certificate), readFile(files.key)]);
      return new LedgerClient(this.#options, this.#connection, { mspId: this.#options.mspId, certificate, privateKey });
    } catch (cause) {
      throw new LlmchainError(
        'unavailable',
        'The identity of this key cannot be read. Have a new key made.',
        { key },
        { cause },
      );
    }
  }
}
