// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, Consortium } from './schemas';

export interface ConsortiumOperations {
  /** Evidence that proves offline, to "llmchain verify": the members and their terms. Keep it byte for byte. */
  'GET /v1/consortium/evidence': {
    request: { query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: EvidenceBundle;
  };
  /** The members and their terms. */
  'GET /v1/consortium': {
    request: { query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string } };
    answer: Consortium;
  };
}
