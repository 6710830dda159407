import { AsnConvert } from '@peculiar/asn1-schema';
import * as asn1 from '@peculiar/asn1-x509';
import { toHex } from '@llmchain/protocol';
import { demand } from '../refusal';
import { nameOf, type Certificate } from './certificate';
import { fromPem } from './pem';
import { goodCertificateSignature } from './signature';

/** A certificate revocation list (RFC 5280, section 5). */
export class RevocationList {
  readonly #issuer: string;
  readonly #serials: ReadonlySet<string>;
  readonly #signed: Uint8Array;
  readonly #signature: Uint8Array;

  /** @throws {Error} when it is no revocation list */
  constructor(pem: Uint8Array | string) {
    const { tbsCertList, tbsCertListRaw, signature } = AsnConvert.parse(fromPem(pem, 'X509 CRL'), asn1.CertificateList);
    demand(tbsCertListRaw !== undefined, 'the revocation list has no body');
    this.#issuer = nameOf(tbsCertList.issuer);
    this.#serials = new Set(
      (tbsCertList.revokedCertificates ?? []).map(({ userCertificate }) => toHex(new Uint8Array(userCertificate))),
    );
    this.#signed = new Uint8Array(tbsCertListRaw);
    this.#signature = new Uint8Array(signature);
  }

  /** Whether the authority took the certificate back: then no signature by it counts, however old. */
  revokes(certificate: Certificate, authority: Certificate): boolean {
    return (
      this.#issuer === authority.subject &&
      this.#serials.has(certificate.serial) &&
      goodCertificateSignature(authority.publicKey, this.#signed, this.#signature)
    );
  }
}
