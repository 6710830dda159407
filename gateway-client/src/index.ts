/** A member's gateway as typed calls. */
export {
  GatewayClient,
  type Answer,
  type GatewayClientOptions,
  type JsonOperation,
  type Operation,
  type Request,
} from './client';
export type { Operations } from './generated';
