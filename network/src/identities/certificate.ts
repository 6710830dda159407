import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' };
/** Half the order of P-256: Fabric accepts no ECDSA signature with a larger `s`. */
const HALF_ORDER = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;
const YEARS_10 = 10 * 365 * 24 * 3600 * 1000;
/** Certificates are valid from a little before they are made, for machines whose clocks differ. */
const CLOCK_SKEW = 5 * 60 * 1000;

/** A certificate and its PKCS #8 private key, both PEM. */
export interface Credential {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate authority with a P-256 key, held in memory while a consortium's roots are made. */
export class Authority {
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly #certificate: x509.X509Certificate;

  private constructor(
    keys: webcrypto.CryptoKeyPair,
    certificate: x509.X509Certificate,
    readonly credential: Credential,
  ) {
    this.#keys = keys;
    this.#certificate = certificate;
  }

  /** A new self-signed root. */
  static async create(commonName: string): Promise<Authority> {
    const keys = await generateKeys();
    const certificate = await lowS(async () =>
      x509.X509CertificateGenerator.createSelfSigned({
        serialNumber: serialNumber(),
        name: distinguishedName(commonName),
        ...validity(),
        keys,
        signingAlgorithm: SIGNING,
        extensions: [
          new x509.BasicConstraintsExtension(true, undefined, true),
          new x509.KeyUsagesExtension(
            x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature,
            true,
          ),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        ],
      }),
    );
    return new Authority(keys, certificate, { certificate: pem(certificate), key: await privatePem(keys) });
  }

  /** A TLS certificate for `localhost`, good for servers and clients alike. */
  issueTls(commonName: string): Promise<Credential> {
    return this.#issue(commonName, [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
    ]);
  }

  async #issue(commonName: string, extensions: readonly x509.Extension[]): Promise<Credential> {
    const keys = await generateKeys();
    const certificate = await lowS(async () =>
      x509.X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject: distinguishedName(commonName),
        issuer: this.#certificate.subjectName,
        ...validity(),
        publicKey: keys.publicKey,
        signingKey: this.#keys.privateKey,
        signingAlgorithm: SIGNING,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
          await x509.AuthorityKeyIdentifierExtension.create(this.#keys.publicKey),
          ...extensions,
        ],
      }),
    );
    return { certificate: pem(certificate), key: await privatePem(keys) };
  }
}

/** Signs again until `s` is in the lower half, as Fabric demands: twice on average. */
async function lowS(sign: () => Promise<x509.X509Certificate>): Promise<x509.X509Certificate> {
  for (;;) {
    const certificate = await sign();
    if (signatureS(new Uint8Array(certificate.signature)) <= HALF_ORDER) return certificate;
  }
}

/** The second integer of a P-256 signature in IEEE P1363 form (r ‖ s) or DER. */
export function signatureS(signature: Uint8Array): bigint {
  if (signature.length === 64) return toBigInt(signature.subarray(32));
  const rLength = signature[3] ?? 0;
  return toBigInt(signature.subarray(6 + rLength));
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function distinguishedName(commonName: string): x509.JsonName {
  return [{ CN: [commonName] }, { O: ['LLMChain'] }];
}

/** 128 random bits, positive as RFC 5280 demands. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x01;
  return bytes.toString('hex');
}

function validity(): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - CLOCK_SKEW), notAfter: new Date(now + YEARS_10) };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function privatePem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return `${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY').trimEnd()}\n`;
}

function pem(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem').trimEnd()}\n`;
}
