import { LlmchainError } from '@llmchain/protocol';
import type { MemberDirectory } from '../members/member-directory';

/** What a gRPC call tells of who makes it. */
interface Authenticated {
  getAuthContext(): { sslPeerCertificate?: { raw: Uint8Array } | undefined };
}

/**
 * MSP id of the member on the other side of a mutual TLS connection.
 * @throws {LlmchainError} `not_authenticated` when its certificate is no member's
 */
export function callerOf(call: Authenticated, directory: MemberDirectory): string {
  const certificate = call.getAuthContext().sslPeerCertificate;
  const member = certificate && directory.memberOf(certificate.raw);
  if (member !== undefined) return member;
  throw new LlmchainError('not_authenticated', 'Present a TLS certificate that a member of the consortium issued.');
}
