import 'reflect-metadata';
import { LlmchainError } from '@llmchain/protocol';
import * as x509 from '@peculiar/x509';

/**
 * Which certificates a revocation list takes back.
 * @param list PEM
 * @returns serial numbers, hexadecimal, lower case
 * @throws {LlmchainError} `not_supported` when the list does not say when the next comes, as RFC 5280 demands and
 * fabric-ca does: the parser would take such a list for an empty one
 */
export function revokedSerials(list: string): ReadonlySet<string> {
  const parsed = new x509.X509Crl(list);
  if (parsed.nextUpdate === undefined)
    throw new LlmchainError(
      'not_supported',
      'A revocation list does not say when the next comes. Have its authority make one by RFC 5280.',
    );
  return new Set(parsed.entries.map(({ serialNumber }) => serialNumber.toLowerCase()));
}
