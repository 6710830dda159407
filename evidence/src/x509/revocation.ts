import { AsnConvert } from '@peculiar/asn1-schema';
import * as asn1 from '@peculiar/asn1-x509';
import { toHex } from '@llmchain/protocol';
import { demand } from '../refusal';
import { elementsOf, type Element } from './der';
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
    this.#signed = new Uint8Array(tbsCertListRaw);
    this.#serials = new Set(serialsOf(this.#signed));
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

const SEQUENCE = 0x30;
const INTEGER = 0x02;
/** UTCTime and GeneralizedTime. */
const TIMES: ReadonlySet<number> = new Set([0x17, 0x18]);

/**
 * Serial numbers, hexadecimal, in the DER of a `TBSCertList`: read element by element, for the schema's parser takes a
 * list without `nextUpdate` for an empty one, and Fabric does not.
 */
function serialsOf(body: Uint8Array): string[] {
  const [list] = elementsOf(body);
  const parts = list === undefined ? [] : elementsOf(list.content);
  const after = parts.slice(parts.findIndex(({ tag }) => TIMES.has(tag)) + 1);
  const revoked = after.find(({ tag }) => !TIMES.has(tag));
  return revoked?.tag === SEQUENCE ? elementsOf(revoked.content).map(serialOf) : [];
}

function serialOf(entry: Element): string {
  const [serial] = entry.tag === SEQUENCE ? elementsOf(entry.content) : [];
  demand(serial?.tag === INTEGER, 'the revocation list names a certificate in an unknown way');
  return toHex(serial.content);
}
