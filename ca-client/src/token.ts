import { sign } from 'node:crypto';
import type { Credential } from './credential';

/** Half the order of P-256: fabric-ca accepts no ECDSA signature with a larger `s`. */
const HALF_ORDER = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;

/**
 * What fabric-ca takes in place of a password: the caller's certificate, and a signature over method, path, body and
 * certificate (`util.GenECDSAToken` in its source).
 * @param uri path and query as sent
 */
export function token(caller: Credential, method: string, uri: string, body: string): string {
  const certificate = base64(caller.certificate);
  const payload = [method, base64(uri), base64(body), certificate].join('.');
  return `${certificate}.${lowS(payload, caller.key).toString('base64')}`;
}

/** An ECDSA signature in DER whose `s` is in the lower half: signed again until it is, twice on average. */
function lowS(payload: string, key: string): Buffer {
  for (;;) {
    const signature = sign('sha256', Buffer.from(payload), key);
    const s = signature.subarray(6 + (signature[3] ?? 0));
    if (BigInt(`0x${s.toString('hex')}`) <= HALF_ORDER) return signature;
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
