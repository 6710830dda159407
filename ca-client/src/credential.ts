import 'reflect-metadata';
import { randomBytes, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { z } from 'zod';

/** Where fabric-ca puts a certificate's attributes, as UTF-8 JSON `{"attrs":{…}}`. */
const ATTRIBUTES_OID = '1.2.3.4.5.6.7.8.1';

const Attributes = z.object({ attrs: z.record(z.string(), z.string()) });

/** A certificate and its PKCS #8 private key, both PEM. */
export interface Credential {
  readonly certificate: string;
  readonly key: string;
}

/** Whether the certificate ends within `ms` milliseconds from now, or has ended. @param certificate PEM */
export function expiresWithin(certificate: string, ms: number): boolean {
  return Date.parse(new X509Certificate(certificate).validTo) < Date.now() + ms;
}

/** A secret to enrol with: 192 random bits in hexadecimal. */
export function newSecret(): string {
  return randomBytes(24).toString('hex');
}

/** The attributes in a certificate, which chaincode reads. @param certificate PEM */
export function attributesOf(certificate: string): Readonly<Record<string, string>> {
  const extension = new x509.X509Certificate(certificate).getExtension(ATTRIBUTES_OID);
  return extension === null ? {} : Attributes.parse(JSON.parse(Buffer.from(extension.value).toString('utf8'))).attrs;
}
