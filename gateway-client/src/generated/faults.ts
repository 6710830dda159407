// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, Fault } from './schemas';

export interface FaultsOperations {
  /** Evidence that proves offline, to "llmchain verify": a receipt that the members found false, who did, and what that cost; what was asked and answered is not in it. Keep it byte for byte. */
  'GET /v1/faults/{producer}/{sequence}/{receipt}/evidence': {
    request: {
      params: { producer: string; sequence: number; receipt: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** A receipt that the members found false, and what that cost. */
  'GET /v1/faults/{producer}/{sequence}/{receipt}': {
    request: {
      params: { producer: string; sequence: number; receipt: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Fault;
  };
  /** Receipts that the members found false, page by page. */
  'GET /v1/faults': {
    request: {
      query?: { limit?: number; after?: string; owner?: string; person?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Fault[]; after?: string };
  };
  /** The faults of one producer, page by page. */
  'GET /v1/faults/{producer}': {
    request: {
      params: { producer: string };
      query?: { limit?: number; after?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Fault[]; after?: string };
  };
}
