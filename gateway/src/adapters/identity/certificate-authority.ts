import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' };
/** Half the order of P-256: Fabric wants signatures with the smaller `s`. */
const HALF_ORDER = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;
/** Where fabric-ca puts a certificate's attributes, as UTF-8 JSON `{"attrs":{…}}`. */
const ATTRIBUTES_OID = '1.2.3.4.5.6.7.8.1';
const YEAR = 365 * 24 * 3600 * 1000;
/** Valid from a little before now, for machines whose clocks differ. */
const CLOCK_SKEW = 5 * 60 * 1000;

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

/** A certificate and its PKCS #8 private key, both PEM. */
export interface Credential {
  certificate: string;
  key: string;
}

/** The member's certificate authority, as far as clients are concerned. */
export class CertificateAuthority {
  readonly #certificate: x509.X509Certificate;
  readonly #key: webcrypto.CryptoKey;

  private constructor(certificate: x509.X509Certificate, key: webcrypto.CryptoKey) {
    this.#certificate = certificate;
    this.#key = key;
  }

  /** @param credential PEM */
  static async open(credential: Credential): Promise<CertificateAuthority> {
    const pkcs8 = x509.PemConverter.decodeFirst(credential.key);
    const key = await webcrypto.subtle.importKey('pkcs8', pkcs8, ALGORITHM, false, ['sign']);
    return new CertificateAuthority(new x509.X509Certificate(credential.certificate), key);
  }

  /** A P-256 client identity of one year whose certificate carries the attributes that chaincode reads. */
  async issue(commonName: string, attributes: Readonly<Record<string, string>>): Promise<Credential> {
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const extensions = [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(this.#certificate.publicKey),
      new x509.Extension(ATTRIBUTES_OID, false, Buffer.from(JSON.stringify({ attrs: attributes }))),
    ];
    const now = Date.now();
    for (;;) {
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject: [{ CN: [commonName] }, { OU: ['client'] }],
        issuer: this.#certificate.subjectName,
        notBefore: new Date(now - CLOCK_SKEW),
        notAfter: new Date(now + YEAR),
        publicKey: keys.publicKey,
        signingKey: this.#key,
        signingAlgorithm: SIGNING,
        extensions,
      });
      // Signed again until `s` is small: twice on average.
      if (signatureS(Buffer.from(certificate.signature)) > HALF_ORDER) continue;
      const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
      return {
        certificate: `${certificate.toString('pem')}\n`,
        key: `${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`,
      };
    }
  }
}

/** The second integer of a P-256 signature, as r ‖ s or as DER. */
function signatureS(signature: Buffer): bigint {
  const s = signature.length === 64 ? signature.subarray(32) : signature.subarray(6 + (signature[3] ?? 0));
  return BigInt(`0x${s.toString('hex')}`);
}

/** 128 random bits, positive as RFC 5280 demands. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x01;
  return bytes.toString('hex');
}
