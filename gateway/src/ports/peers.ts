import type { Readable } from 'node:stream';
import type { PrivateTerms } from '@llmchain/protocol';
import type { PlacedReceipt } from './receipts';

/** The other members' gateways, over mutual TLS. Members are named by MSP id. */
export interface Peers {
  /** Content by digest; the caller checks it. @throws {LlmchainError} `not_found` | `not_authorised` | `unavailable` */
  content(member: string, sha256: string): Promise<Readable>;
  /** The private terms of a licence that this member grants; the caller checks their digest. @throws {LlmchainError} as {@link content} */
  terms(member: string, licence: string): Promise<PrivateTerms>;
  /** What the producer says of a receipt that it owes to this member. @throws {LlmchainError} as {@link content} */
  receipt(member: string, id: string): Promise<PlacedReceipt>;
}
