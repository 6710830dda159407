import * as asn1 from '@peculiar/asn1-x509';
import { toBase64 } from '../bytes';
import { demand, Refusal } from '../refusal';
import { Certificate } from './certificate';
import type { RevocationList } from './revocation';

/** Longest chain from an identity to a root. */
const LONGEST_CHAIN = 5;

/** What a member's identities are checked against: its part of one configuration of the channel. */
export interface AuthoritiesOptions {
  member: string;
  roots: readonly Certificate[];
  intermediates: readonly Certificate[];
  revocations: readonly RevocationList[];
  /** The organisational unit that peers' certificates carry; undefined where the member does not tell them apart. */
  peerUnit: string | undefined;
}

/** One member's certificate authorities, as a channel knows them. */
export class Authorities {
  readonly #options: AuthoritiesOptions;
  /** Chains that were found good, by their first certificate; when they count is looked at each time. */
  readonly #chains = new Map<string, readonly Certificate[]>();

  constructor(options: AuthoritiesOptions) {
    this.#options = options;
  }

  get member(): string {
    return this.#options.member;
  }

  get roots(): readonly Certificate[] {
    return this.#options.roots;
  }

  /**
   * A certificate that these authorities vouch for at a time.
   * @param pem may not be an authority's own
   * @param at time of the signature, milliseconds since the Unix epoch
   * @throws {Error} with the reason why they do not
   */
  demandVouched(pem: Uint8Array, at: number): Certificate {
    const chain = this.#chain(pem);
    for (const certificate of chain)
      demand(certificate.validAt(at), `a certificate of ${this.member} is not valid at ${new Date(at).toISOString()}`);
    return chain[0]!;
  }

  /** As {@link demandVouched}, of a peer. */
  demandPeer(pem: Uint8Array, at: number): Certificate {
    const certificate = this.demandVouched(pem, at);
    const { peerUnit } = this.#options;
    demand(
      peerUnit !== undefined && certificate.units.includes(peerUnit),
      `an endorser of ${this.member} is not a peer`,
    );
    return certificate;
  }

  #chain(pem: Uint8Array): readonly Certificate[] {
    const name = toBase64(pem);
    let chain = this.#chains.get(name);
    if (!chain) this.#chains.set(name, (chain = this.#build(Certificate.of(pem))));
    return chain;
  }

  /** From the certificate to a root, each issued by the next and taken back by none. */
  #build(certificate: Certificate): Certificate[] {
    const { member, roots, intermediates, revocations } = this.#options;
    demand(!certificate.isAuthority, `a certificate authority of ${member} signed in person`);
    demand(certificate.allows(asn1.KeyUsageFlags.digitalSignature), `a key of ${member} may not sign`);
    const chain = [certificate];
    while (chain.length < LONGEST_CHAIN) {
      const link = chain.at(-1)!;
      const issuer = [...roots, ...intermediates].find((each) => link.issuedBy(each));
      demand(issuer !== undefined, `a certificate was not issued by ${member}`);
      demand(!revocations.some((list) => list.revokes(link, issuer)), `a certificate of ${member} is revoked`);
      chain.push(issuer);
      if (roots.includes(issuer)) return chain;
    }
    throw new Refusal(`the chain of a certificate of ${member} is too long`);
  }
}
