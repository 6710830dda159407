// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, Dispute } from './schemas';

export interface DisputesOperations {
  /** Dispute a work: until the members decide, nobody may rely on it. */
  'POST /v1/disputes': {
    request: {
      body: {
        dispute: string;
        work: string;
        grounds: 'authorship' | 'ownership' | 'infringement' | 'consent';
        evidence: string;
        operationId?: string;
      };
    };
    answer: Dispute & { transaction: string; block: number };
  };
  /** Disputes, page by page. */
  'GET /v1/disputes': {
    request: {
      query?: {
        limit?: number;
        after?: string;
        owner?: string;
        person?: string;
        state?: 'open' | 'upheld' | 'dismissed' | 'dropped';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Dispute[]; after?: string };
  };
  /** Drop a dispute, by whoever opened it. */
  'POST /v1/disputes/{id}/drop': {
    request: { params: { id: string }; body?: { operationId?: string } };
    answer: Dispute & { transaction: string; block: number };
  };
  /** Evidence that proves offline, to "llmchain verify": one dispute. Keep it byte for byte. */
  'GET /v1/disputes/{id}/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: EvidenceBundle;
  };
  /** One dispute. */
  'GET /v1/disputes/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Dispute;
  };
}
