// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, Sale } from './schemas';

export interface SalesOperations {
  /** Offer a share of what a work earns, its ownership, or both for sale. */
  'POST /v1/sales': {
    request: {
      body: {
        sale: string;
        work: string;
        seller: string;
        share: number;
        ownership: boolean;
        price: number;
        buyer?: string;
        until: number | null;
        operationId?: string;
      };
    };
    answer: Sale & { transaction: string; block: number };
  };
  /** Sales, page by page. */
  'GET /v1/sales': {
    request: {
      query?: {
        limit?: number;
        after?: string;
        owner?: string;
        person?: string;
        state?: 'open' | 'sold' | 'withdrawn';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Sale[]; after?: string };
  };
  /** Buy: the price leaves the account as shares and ownership go over, both or neither. */
  'POST /v1/sales/{id}/buy': {
    request: { params: { id: string }; body: { operationId?: string; account: string } };
    answer: Sale & { transaction: string; block: number };
  };
  /** Take an offer back that nobody has taken up. */
  'POST /v1/sales/{id}/withdraw': {
    request: { params: { id: string }; body?: { operationId?: string } };
    answer: Sale & { transaction: string; block: number };
  };
  /** Evidence that proves offline, to "llmchain verify": one sale. Keep it byte for byte. */
  'GET /v1/sales/{id}/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: EvidenceBundle;
  };
  /** One sale. */
  'GET /v1/sales/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Sale;
  };
}
