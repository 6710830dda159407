// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle } from './schemas';

export interface ConsortiumOperations {
  /** Evidence that proves offline, to "llmchain verify": the members and their terms. Keep it byte for byte. */
  'GET /v1/consortium/evidence': {
    request: { query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: EvidenceBundle;
  };
  /** The members and their terms. */
  'GET /v1/consortium': {
    request: { query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string } };
    answer: {
      fees: { operator: number; verifiers: number; modelOwner: number; dataContributors: number; artists: number };
      verifiersNeeded: number;
      batchTimeoutMs?: number;
      members: {
        member: string;
        name: string;
        roles?: ('artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin')[];
      }[];
      schema: 'consortium/1';
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
  };
}
