// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, Reputation } from './schemas';

export interface ReputationsOperations {
  /** Evidence that proves offline, to "llmchain verify": what the ledger has seen of a member as a producer. Keep it byte for byte. */
  'GET /v1/reputations/{member}/evidence': {
    request: {
      params: { member: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** What the ledger has seen of a member as a producer. */
  'GET /v1/reputations/{member}': {
    request: {
      params: { member: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Reputation;
  };
  /** What the ledger has seen of the members as producers, page by page. */
  'GET /v1/reputations': {
    request: {
      query?: { limit?: number; after?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Reputation[]; after?: string };
  };
}
