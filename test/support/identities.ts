import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto);

/** Fabric's certificate extension with attributes, as fabric-ca writes it. */
const ATTRIBUTES = '1.2.3.4.5.6.7.8.1';

export interface TestIdentity {
  mspId: string;
  /** PEM. */
  certificate: string;
}

/** A self-signed certificate with the attributes that the chaincode looks at; good for the dispatcher, not for a peer. */
export async function identity(
  mspId: string,
  attributes: { role?: string; person?: string } = {},
): Promise<TestIdentity> {
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${attributes.person ?? attributes.role ?? 'nobody'}, OU=client`,
    keys: keys,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: [new x509.Extension(ATTRIBUTES, false, Buffer.from(JSON.stringify({ attrs: attributes }), 'utf8'))],
  });
  return { mspId, certificate: certificate.toString('pem') };
}
