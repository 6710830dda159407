import { AsnConvert } from '@peculiar/asn1-schema';
import * as asn1 from '@peculiar/asn1-x509';
import { toHex } from '@llmchain/protocol';
import { remembered } from '../memo';
import { demand } from '../refusal';
import { fromPem } from './pem';
import { goodCertificateSignature } from './signature';

const EC_PUBLIC_KEY = '1.2.840.10045.2.1';
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
/** DER of the OID 1.2.840.10045.3.1.7. */
const P256 = '06082a8648ce3d030107';
const ORGANISATIONAL_UNIT = '2.5.4.11';
/** Extensions whose meaning is looked at here, or does not matter to a signature. */
const KNOWN: ReadonlySet<string> = new Set([
  asn1.id_ce_basicConstraints,
  asn1.id_ce_keyUsage,
  asn1.id_ce_subjectAltName,
  asn1.id_ce_extKeyUsage,
  asn1.id_ce_subjectKeyIdentifier,
  asn1.id_ce_authorityKeyIdentifier,
]);

const memo = remembered<Certificate>(1_024);

/** An X.509 certificate (RFC 5280) of a P-256 key, as Fabric's members use them. */
export class Certificate {
  readonly der: Uint8Array;
  /** The key as a point on the curve. */
  readonly publicKey: Uint8Array;
  /** DER of the names. */
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal. */
  readonly serial: string;
  readonly units: readonly string[];
  readonly isAuthority: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly #usage: number | undefined;
  readonly #signed: Uint8Array;
  readonly #signature: Uint8Array;

  /** @throws {Error} when it is no certificate, of another kind of key, or has a critical extension that is not known */
  static of(pem: Uint8Array | string): Certificate {
    const der = fromPem(pem, 'CERTIFICATE');
    return memo(toHex(der), () => new Certificate(der));
  }

  private constructor(der: Uint8Array) {
    this.der = der;
    const { tbsCertificate: body, tbsCertificateRaw, signatureAlgorithm, signatureValue } = parse(this.der);
    demand(
      signatureAlgorithm.algorithm === ECDSA_WITH_SHA256 && body.signature.algorithm === ECDSA_WITH_SHA256,
      'the certificate is not signed with ECDSA and SHA-256',
    );
    const { algorithm, subjectPublicKey } = body.subjectPublicKeyInfo;
    demand(
      algorithm.algorithm === EC_PUBLIC_KEY && toHex(new Uint8Array(algorithm.parameters ?? [])) === P256,
      'the certificate is not of a P-256 key',
    );
    this.publicKey = new Uint8Array(subjectPublicKey);
    this.subject = nameOf(body.subject);
    this.issuer = nameOf(body.issuer);
    this.serial = toHex(new Uint8Array(body.serialNumber));
    this.units = body.subject
      .flatMap((part) => [...part])
      .filter(({ type }) => type === ORGANISATIONAL_UNIT)
      .map(({ value }) => value.toString());
    this.notBefore = body.validity.notBefore.getTime().getTime();
    this.notAfter = body.validity.notAfter.getTime().getTime();
    const list: asn1.Extension[] = Array.from(body.extensions ?? new asn1.Extensions());
    const extensions = new Map(list.map((extension) => [extension.extnID, extension]));
    demand(extensions.size === list.length, 'an extension stands twice in the certificate');
    for (const { extnID, critical } of extensions.values())
      demand(!critical || KNOWN.has(extnID), `the certificate has the critical extension ${extnID}`);
    const constraints = extensions.get(asn1.id_ce_basicConstraints);
    this.isAuthority = constraints ? AsnConvert.parse(constraints.extnValue, asn1.BasicConstraints).cA : false;
    const usage = extensions.get(asn1.id_ce_keyUsage);
    this.#usage = usage && AsnConvert.parse(usage.extnValue, asn1.KeyUsage).toNumber();
    demand(tbsCertificateRaw !== undefined, 'the certificate has no body');
    this.#signed = new Uint8Array(tbsCertificateRaw);
    this.#signature = new Uint8Array(signatureValue);
  }

  /** Whether `authority` may sign certificates and signed this one. */
  issuedBy(authority: Certificate): boolean {
    return (
      authority.isAuthority &&
      authority.allows(asn1.KeyUsageFlags.keyCertSign) &&
      this.issuer === authority.subject &&
      goodCertificateSignature(authority.publicKey, this.#signed, this.#signature)
    );
  }

  /** @param at milliseconds since the Unix epoch */
  validAt(at: number): boolean {
    return this.notBefore <= at && at <= this.notAfter;
  }

  /** Whether the key may be used so; a certificate that says nothing of it allows everything. */
  allows(use: asn1.KeyUsageFlags): boolean {
    return this.#usage === undefined || (this.#usage & use) !== 0;
  }
}

/** The name's DER, hexadecimal: names are equal when it is. */
export function nameOf(name: asn1.Name): string {
  return toHex(new Uint8Array(AsnConvert.serialize(name)));
}

function parse(der: Uint8Array): asn1.Certificate {
  return AsnConvert.parse(der, asn1.Certificate);
}
