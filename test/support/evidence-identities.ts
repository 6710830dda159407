import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto);

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' };

export interface TestSigner {
  member: string;
  /** PEM. */
  certificate: string;
  serial: string;
  /** DER, `s` in the lower half unless told otherwise. */
  sign(message: Uint8Array, options?: { highS: boolean }): Uint8Array;
}

export interface Validity {
  from: number;
  until: number;
}

async function keyPair() {
  const secretKey = p256.utils.randomSecretKey();
  const point = p256.getPublicKey(secretKey, false);
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  const jwk = { kty: 'EC', crv: 'P-256', x: text(point.subarray(1, 33)), y: text(point.subarray(33)) };
  const publicKey = await webcrypto.subtle.importKey('jwk', jwk, ALGORITHM, true, ['verify']);
  const privateKey = await webcrypto.subtle.importKey('jwk', { ...jwk, d: text(secretKey) }, ALGORITHM, true, ['sign']);
  return { secretKey, publicKey, privateKey };
}

function signature(secretKey: Uint8Array, message: Uint8Array, highS: boolean): Uint8Array {
  const low = p256.Signature.fromBytes(p256.sign(message, secretKey, { lowS: true, prehash: true }));
  const chosen = highS ? new p256.Signature(low.r, p256.Point.Fn.ORDER - low.s) : low;
  return chosen.toBytes('der');
}

/** A member's certificate authority in a test, with the identities that it issues. */
export class TestAuthority {
  private constructor(
    readonly member: string,
    readonly certificate: string,
    private readonly keys: Awaited<ReturnType<typeof keyPair>>,
    private readonly name: string,
    private readonly validity: Validity,
  ) {}

  static async create(member: string, validity: Validity): Promise<TestAuthority> {
    const keys = await keyPair();
    const name = `CN=${member} CA, O=Test`;
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name,
      notBefore: new Date(validity.from),
      notAfter: new Date(validity.until),
      keys,
      signingAlgorithm: SIGNING,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      ],
    });
    return new TestAuthority(member, certificate.toString('pem'), keys, name, validity);
  }

  /** @param unit `peer`, `orderer` or `client` */
  async issue(unit: string, validity: Validity = this.validity): Promise<TestSigner> {
    const keys = await keyPair();
    const serial = Buffer.from(webcrypto.getRandomValues(new Uint8Array(8)).map((byte) => byte & 0x7f || 1));
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial.toString('hex'),
      subject: `CN=${unit}, OU=${unit}, O=Test`,
      issuer: this.name,
      notBefore: new Date(validity.from),
      notAfter: new Date(validity.until),
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      signingAlgorithm: SIGNING,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      ],
    });
    return {
      member: this.member,
      certificate: certificate.toString('pem'),
      serial: certificate.serialNumber,
      sign: (message, { highS } = { highS: false }) => signature(keys.secretKey, message, highS),
    };
  }

  /** A revocation list, PEM. */
  revoke(...identities: readonly TestSigner[]): Promise<string> {
    return this.#list(identities, { nextUpdate: new Date(this.validity.until) });
  }

  /** As {@link revoke}, in a list that does not say when the next comes. */
  revokeWithoutNext(...identities: readonly TestSigner[]): Promise<string> {
    return this.#list(identities, {});
  }

  async #list(identities: readonly TestSigner[], next: { nextUpdate?: Date }): Promise<string> {
    const list = await x509.X509CrlGenerator.create({
      issuer: this.name,
      thisUpdate: new Date(this.validity.from),
      ...next,
      entries: identities.map(({ serial }) => ({ serialNumber: serial, revocationDate: new Date(this.validity.from) })),
      signingKey: this.keys.privateKey,
      signingAlgorithm: SIGNING,
    });
    return list.toString('pem').replaceAll(/(BEGIN|END) CRL/g, '$1 X509 CRL');
  }
}
