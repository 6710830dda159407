import type { Readable } from 'node:stream';
import type { PlacedReceipt } from './receipts';

/** The other members' gateways, over mutual TLS. Members are named by MSP id. */
export interface Peers {
  /** Content by digest; the caller checks it. @throws {LlmchainError} `not_found` | `not_authorised` | `unavailable` */
  content(member: string, sha256: string): Promise<Readable>;
  /** What the producer says of a receipt that it owes to this member. @throws {LlmchainError} as {@link content} */
  receipt(member: string, id: string): Promise<PlacedReceipt>;
}
