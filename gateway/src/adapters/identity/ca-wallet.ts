import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expiresWithin, newSecret, type CaClient, type Credential } from '@llmchain/ca-client';
import { LlmchainError } from '@llmchain/protocol';
import type { Actor } from '../../ports/actor';
import type { Enrolment } from '../../ports/enrolment';
import type { Log } from '../../ports/log';

/** Certificates are renewed when less than this is left of them, milliseconds. */
const RENEWED_BEFORE_END = 30 * 24 * 3600 * 1000;
/** How long an identity is used before its end is looked at again, milliseconds. */
const LOOKED_AT_EVERY = 60_000;
/** Marks a key whose certificate is still to be revoked. */
const TO_REVOKE = '.revoke';

export interface CaWalletOptions {
  /** Holds one PEM file of mode 0600 per identity: the certificate, then its key, so that no crash can part them. */
  folder: string;
  /** Who may register and revoke the holders of keys. */
  registrar: { id: string; secret: string };
  /** Milliseconds before the end of a certificate at which it is renewed; default 30 days. */
  renewedBeforeEnd?: number;
}

/** An identity to sign with, PEM, and when to ask for it anew, milliseconds since the Unix epoch. */
export interface WalletIdentity extends Credential {
  readonly askAgainAt: number;
}

/** Enrols holders of API keys with the member's fabric-ca, keeps their identities in a folder and renews them. */
export class CaWallet implements Enrolment {
  readonly #options: Required<CaWalletOptions>;
  readonly #ca: CaClient;
  readonly #log: Log;
  #registrar: Promise<Credential> | undefined;
  readonly #renewals = new Map<string, Promise<Credential>>();

  constructor(options: CaWalletOptions, dependencies: { ca: CaClient; log: Log }) {
    this.#options = { renewedBeforeEnd: RENEWED_BEFORE_END, ...options };
    this.#ca = dependencies.ca;
    this.#log = dependencies.log;
  }

  /**
   * The identity of a key's holder, renewed where it nears its end.
   * @throws {LlmchainError} `unavailable` when it cannot be read
   */
  async identity(key: string): Promise<WalletIdentity> {
    const kept = await this.#read(key);
    const credential = expiresWithin(kept.certificate, this.#options.renewedBeforeEnd)
      ? await this.#renewed(key, kept)
      : kept;
    return { ...credential, askAgainAt: Date.now() + LOOKED_AT_EVERY };
  }

  async enrol(actor: Actor): Promise<void> {
    if (await exists(this.#file(actor.key))) return;
    const registrar = await this.#registering();
    const secret = newSecret();
    // Certificates stay on the ledger for ever: they name the key, and of a person no more than the pseudonym.
    const attributes = { role: actor.role, ...(actor.role === 'artist' && { person: actor.name }) };
    try {
      await this.#ca.register(registrar, { id: actor.key, secret, type: 'client', attributes });
    } catch (error) {
      if (!(error instanceof LlmchainError) || error.code !== 'already_registered') throw error;
      // An enrolment that was cut off between register and certificate.
      await this.#ca.changeSecret(registrar, actor.key, secret);
    }
    await this.#write(actor.key, await this.#ca.enrol(actor.key, secret, { attributes: Object.keys(attributes) }));
  }

  async forget(key: string): Promise<void> {
    await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
    await writeFile(path.join(this.#options.folder, key + TO_REVOKE), '', { mode: 0o600 });
    await rm(this.#file(key), { force: true });
    await this.settle();
  }

  /** Revokes what could not be revoked when its key was forgotten; what cannot be now stays for the next time. */
  async settle(): Promise<void> {
    const names = await readdir(this.#options.folder).catch(() => []);
    for (const name of names.filter((each) => each.endsWith(TO_REVOKE))) {
      const key = name.slice(0, -TO_REVOKE.length);
      try {
        await this.#ca.revoke(await this.#registering(), key, 'cessationofoperation');
      } catch (error) {
        if (!(error instanceof LlmchainError) || error.code !== 'not_found') {
          this.#log.warn({ key, err: error }, 'the certificate of a forgotten key is not revoked yet');
          continue;
        }
      }
      await rm(path.join(this.#options.folder, name), { force: true });
    }
  }

  /** One renewal at a time per key. While the authority is away, a certificate serves to its last day. */
  #renewed(key: string, kept: Credential): Promise<Credential> {
    const known = this.#renewals.get(key);
    if (known !== undefined) return known;
    const renewal = this.#renew(key, kept)
      .catch((error: unknown) => {
        if (expiresWithin(kept.certificate, 0)) throw error;
        this.#log.warn({ key, err: error }, 'a certificate near its end could not be renewed yet');
        return kept;
      })
      .finally(() => this.#renewals.delete(key));
    this.#renewals.set(key, renewal);
    return renewal;
  }

  async #renew(key: string, kept: Credential): Promise<Credential> {
    const renewed = await this.#ca.reenrol(kept);
    await this.#write(key, renewed);
    return renewed;
  }

  /** The registrar's own certificate lives in memory: each process enrols once, when it first has to. */
  async #registering(): Promise<Credential> {
    const { registrar, renewedBeforeEnd } = this.#options;
    const known = await this.#registrar;
    if (known !== undefined && !expiresWithin(known.certificate, renewedBeforeEnd)) return known;
    const enrolling = this.#ca.enrol(registrar.id, registrar.secret);
    this.#registrar = enrolling;
    enrolling.catch(() => (this.#registrar = undefined));
    return enrolling;
  }

  #file(key: string): string {
    return path.join(this.#options.folder, `${key}.pem`);
  }

  async #read(key: string): Promise<Credential> {
    try {
      return parsed(await readFile(this.#file(key), 'utf8'));
    } catch (cause) {
      const message = 'The identity of this key cannot be read. Have a new key made.';
      throw new LlmchainError('unavailable', message, { key }, { cause });
    }
  }

  /** All of it or nothing, for its owner only. */
  async #write(key: string, credential: Credential): Promise<void> {
    await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
    const file = this.#file(key);
    await writeFile(`${file}.part`, credential.certificate + credential.key, { mode: 0o600 });
    await rename(`${file}.part`, file);
  }
}

function parsed(pem: string): Credential {
  const start = pem.indexOf('-----BEGIN PRIVATE KEY-----');
  if (start <= 0) throw new Error('The file holds no certificate with its key.');
  return { certificate: pem.slice(0, start), key: pem.slice(start) };
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
