import { fromBase64, fromUtf8, toBase64 } from '../bytes';
import { demand } from '../refusal';

/**
 * The DER inside one PEM block (RFC 7468), with nothing else around it but line ends.
 * @throws {Error} when it is anything else
 */
export function fromPem(pem: Uint8Array | string, label: string): Uint8Array {
  const text = typeof pem === 'string' ? pem : fromUtf8(pem);
  const match = /^-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END ([A-Z0-9 ]+)-----\s*$/.exec(text);
  demand(match?.[1] === label && match[3] === label, `this is not a PEM block of a ${label.toLowerCase()}`);
  const body = (match[2] ?? '').replace(/[\r\n]/g, '');
  const der = fromBase64(body);
  demand(toBase64(der) === body, 'the PEM block is not in its canonical form');
  return der;
}
