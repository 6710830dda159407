import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

/** A request for a certificate, and the private key that stays behind. */
export interface SigningRequest {
  /** PKCS #10, PEM. */
  readonly request: string;
  /** PKCS #8, PEM. */
  readonly key: string;
}

/**
 * A fresh P-256 key and a request (PKCS #10) to certify it.
 * @param commonName the enrolment id, as fabric-ca demands
 * @param hosts names and IP addresses to serve under, none for an identity
 */
export async function signingRequest(commonName: string, hosts: readonly string[] = []): Promise<SigningRequest> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [commonName] }, { O: ['LLMChain'] }],
    keys,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions:
      hosts.length === 0
        ? []
        : [
            new x509.SubjectAlternativeNameExtension(
              hosts.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? 'ip' : 'dns', value })),
            ),
          ],
  });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    request: `${request.toString('pem').trimEnd()}\n`,
    key: `${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY').trimEnd()}\n`,
  };
}
