import { createHmac } from 'node:crypto';
import {
  LlmchainError,
  termsDigest,
  termsReach,
  type Licence,
  type LicenceEntry,
  type PrivateTerms,
} from '@llmchain/protocol';
import type { Actor } from '../ports/actor';
import type { Ledgers } from '../ports/ledger';
import type { Peers } from '../ports/peers';
import type { TermsStore } from '../ports/terms';
import type { Place, Transact } from './transact';

/** Terms as the licensor hands them in: the salt is the gateway's to make, unless the parties agreed on one. */
export interface GivenTerms {
  text: string;
  salt?: string | undefined;
}

interface Ports {
  ledgers: Ledgers;
  peers: Peers;
  terms: TermsStore;
  transact: Transact;
}

/** Who reads terms in the name of a member that grants a licence, besides the artist; and of one that may take it. */
const HOLDERS: readonly Actor['role'][] = ['admin', 'auditor'];
const BUYERS: readonly Actor['role'][] = ['steward', 'trainer', 'admin', 'auditor'];

/**
 * Private terms of licences. The ledger has their salted digest; the text lies sealed with its licensor, goes to the members that
 * the licence is for over mutual TLS, and stays sealed with who accepted it.
 */
export class LicenceTerms {
  readonly #options: { own: string; secretKey: Uint8Array };
  readonly #ports: Ports;

  /** @param options.secretKey the gateway's own, from which salts are made */
  constructor(options: { own: string; secretKey: Uint8Array }, ports: Ports) {
    this.#options = options;
    this.#ports = ports;
  }

  /** Offers a licence; private terms are kept before their digest is on the ledger. */
  async offer(
    actor: Actor,
    { terms: given, ...entry }: Omit<LicenceEntry, 'terms'> & { terms?: string | GivenTerms | undefined },
    operationId?: string,
  ): Promise<Licence & Place> {
    if (given === undefined) return this.#ports.transact.submit(actor, 'artworks:offerLicence', entry, operationId);
    if (typeof given === 'string')
      return this.#ports.transact.submit(actor, 'artworks:offerLicence', { ...entry, terms: given }, operationId);
    const terms = { text: given.text, salt: given.salt ?? this.#salt(entry.licence, given.text) };
    await this.#ports.terms.put(terms);
    const request = { ...entry, terms: termsDigest(terms) };
    return this.#ports.transact.submit(actor, 'artworks:offerLicence', request, operationId);
  }

  /**
   * Accepts and pays a licence. Its terms have to be here, checked against the ledger's digest, before it is accepted.
   * @param named the digest of the terms that the buyer read, or the terms themselves where the parties exchanged them elsewhere
   * @throws {LlmchainError} `digest_mismatch` | `not_found` | `not_authorised` | `unavailable`
   */
  async accept(
    actor: Actor,
    id: string,
    named: string | PrivateTerms | undefined,
    operationId?: string,
  ): Promise<Licence & Place> {
    const licence = await this.#ports.ledgers.service.get('licence', id);
    const terms = typeof named === 'object' ? termsDigest(named) : named;
    if (terms !== licence.terms) throw unread(licence);
    if (typeof named === 'object') await this.#ports.terms.put(named);
    else if (terms !== undefined) await this.#ports.terms.put(await this.#of(licence));
    const request = { licence: id, ...(terms === undefined ? {} : { terms }) };
    return this.#ports.transact.submit(actor, 'artworks:acceptLicence', request, operationId);
  }

  /** For a person of this member: the licensor itself, or who may accept in the member's name. @throws as {@link accept} */
  async read(actor: Actor, id: string): Promise<PrivateTerms & { licence: string; terms: string }> {
    const licence = await this.#ports.ledgers.service.get('licence', id);
    const { owner } = licence;
    const { own } = this.#options;
    const holder = actor.role === 'artist' ? actor.name === owner.person : HOLDERS.includes(actor.role);
    const grants = owner.member === own && holder;
    if (!grants && !(BUYERS.includes(actor.role) && termsReach(licence, own))) throw stranger(id);
    const { salt, text } = await this.#of(licence);
    return { licence: id, terms: demandTerms(licence), salt, text };
  }

  /** For another member. @param member MSP id @throws {LlmchainError} `not_found` | `not_authorised` */
  async give(member: string, id: string): Promise<PrivateTerms> {
    const licence = await this.#ports.ledgers.service.get('licence', id);
    if (licence.owner.member !== this.#options.own || !termsReach(licence, member)) throw stranger(id);
    const terms = await this.#ports.terms.find(demandTerms(licence));
    if (terms) return terms;
    throw missing(licence);
  }

  /** From here, or from the licensor's gateway; never others than those of the ledger's digest. */
  async #of(licence: Licence): Promise<PrivateTerms> {
    const digest = demandTerms(licence);
    const kept = await this.#ports.terms.find(digest);
    if (kept) return kept;
    const { member } = licence.owner;
    if (member === this.#options.own) throw missing(licence);
    const given = await this.#ports.peers.terms(member, licence.licence);
    if (termsDigest(given) === digest) return given;
    throw new LlmchainError(
      'digest_mismatch',
      `${member} gave other terms than those of the digest on the ledger. Do not accept this licence.`,
      { licence: licence.licence, terms: digest, actual: termsDigest(given) },
    );
  }

  /** The same for the same offer, so that it can be repeated, and known to nobody else. */
  #salt(licence: string, text: string): string {
    const key = Buffer.from(this.#options.secretKey);
    return createHmac('sha256', key).update(`llmchain/terms-salt/1\0${licence}\0${text}`).digest('hex');
  }
}

function demandTerms({ licence, terms }: Licence): string {
  if (terms !== undefined) return terms;
  throw new LlmchainError('not_found', `Licence ${licence} has no private terms: its record says all.`, { licence });
}

function unread({ licence, terms }: Licence): LlmchainError {
  return new LlmchainError(
    'digest_mismatch',
    terms === undefined
      ? `Licence ${licence} has no private terms. Accept it without naming any.`
      : `Licence ${licence} has private terms. Read them at /v1/licences/${licence}/terms and name their digest as \`terms\`.`,
    { licence, terms: terms ?? null },
  );
}

function stranger(licence: string): LlmchainError {
  return new LlmchainError('not_authorised', `The terms of licence ${licence} are for its parties alone.`, { licence });
}

function missing({ licence, owner }: Licence): LlmchainError {
  return new LlmchainError(
    'not_found',
    `${owner.member} does not keep the terms of licence ${licence}. Ask for them, and accept with the terms themselves.`,
    { licence, member: owner.member },
  );
}
