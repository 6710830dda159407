// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, Suspension } from './schemas';

export interface SuspensionsOperations {
  /** Evidence that proves offline, to "llmchain verify": when the members have suspended a worker. Keep it byte for byte. */
  'GET /v1/suspensions/{id}/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: EvidenceBundle;
  };
  /** When the members have suspended a worker. */
  'GET /v1/suspensions/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Suspension;
  };
  /** Workers that the members have suspended, and when, page by page. */
  'GET /v1/suspensions': {
    request: {
      query?: { limit?: number; after?: string; owner?: string; person?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Suspension[]; after?: string };
  };
}
