// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, Escrow } from './schemas';

export interface EscrowsOperations {
  /** Evidence that proves offline, to "llmchain verify": money held between two accounts. Keep it byte for byte. */
  'GET /v1/escrows/{id}/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: EvidenceBundle;
  };
  /** Set money aside for another account, until it is released or given back. */
  'POST /v1/escrows': {
    request: {
      body: { operationId?: string; escrow: string; payer: string; payee: string; amount: number; purpose: string };
    };
    answer: Escrow & { transaction: string; block: number };
  };
  /** Money held between two accounts, page by page. */
  'GET /v1/escrows': {
    request: {
      query?: {
        limit?: number;
        after?: string;
        owner?: string;
        person?: string;
        state?: 'held' | 'released' | 'refunded';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Escrow[]; after?: string };
  };
  /** As the payer: let the payee have the money. */
  'POST /v1/escrows/{id}/release': {
    request: { params: { id: string }; body?: { operationId?: string } };
    answer: Escrow & { transaction: string; block: number };
  };
  /** As the payee: give the money back. */
  'POST /v1/escrows/{id}/refund': {
    request: { params: { id: string }; body?: { operationId?: string } };
    answer: Escrow & { transaction: string; block: number };
  };
  /** Money held between two accounts. */
  'GET /v1/escrows/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Escrow;
  };
}
