import {
  LedgerClient,
  openConnection,
  type Identity,
  type LedgerOptions,
  type PeerAddress,
} from '@llmchain/ledger-client';
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
  /** The certificate and key (PEM) of a key's holder, and when to ask for them again: they are renewed. */
  wallet: { identity(key: string): Promise<{ certificate: string; key: string; askAgainAt: number }> };
}

interface HoldersLedger {
  client: LedgerClient;
  certificate: string;
  /** Milliseconds since the Unix epoch. */
  askAgainAt: number;
}

/** The ledger through the member's peer: one gRPC connection, one signer per identity. */
export class FabricLedgers implements Ledgers {
  readonly service: LedgerClient;
  readonly #options: FabricOptions;
  readonly #wallet: FabricDependencies['wallet'];
  readonly #connection: ReturnType<typeof openConnection>;
  readonly #clients = new Map<string, Promise<HoldersLedger>>();

  constructor(options: FabricOptions, dependencies: FabricDependencies) {
    this.#options = options;
    this.#wallet = dependencies.wallet;
    this.#connection = openConnection(dependencies.peer);
    this.service = new LedgerClient(options, this.#connection, dependencies.service);
  }

  async as(actor: Actor): Promise<Ledger> {
    const known = this.#clients.get(actor.key);
    this.#clients.delete(actor.key);
    const opened = this.#current(actor.key, known);
    this.#clients.set(actor.key, opened);
    opened.catch(() => this.#clients.delete(actor.key));
    const oldest = this.#clients.keys().next();
    // A client that is given up ends by itself when nobody holds it: it has no connection of its own.
    if (this.#clients.size > KEPT && oldest.done !== true) this.#clients.delete(oldest.value);
    return (await opened).client;
  }

  close(): void {
    this.service.close();
    this.#connection.close();
  }

  /** The known client, unless its certificate has been renewed since. */
  async #current(key: string, known: Promise<HoldersLedger> | undefined): Promise<HoldersLedger> {
    const kept = await known;
    if (kept !== undefined && kept.askAgainAt > Date.now()) return kept;
    const { certificate, key: privateKey, askAgainAt } = await this.#wallet.identity(key);
    if (kept?.certificate === certificate) return { ...kept, askAgainAt };
    const identity = {
      mspId: this.#options.mspId,
      certificate: Buffer.from(certificate),
      privateKey: Buffer.from(privateKey),
    };
    return { client: new LedgerClient(this.#options, this.#connection, identity), certificate, askAgainAt };
  }
}
