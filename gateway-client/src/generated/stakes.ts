// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, Stake } from './schemas';

export interface StakesOperations {
  /** Evidence that proves offline, to "llmchain verify": what is at stake for a worker. Keep it byte for byte. */
  'GET /v1/stakes/{id}/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: EvidenceBundle;
  };
  /** Put money of the member’s treasury at stake for the answers of one of its workers. */
  'POST /v1/stakes/{id}': {
    request: { params: { id: string }; body: { operationId?: string; amount: number } };
    answer: Stake & { transaction: string; block: number };
  };
  /** What is at stake for a worker. */
  'GET /v1/stakes/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Stake;
  };
  /** Give notice of a withdrawal: what is to be withdrawn vouches for nothing new, and can still be slashed. */
  'POST /v1/stakes/{id}/announce': {
    request: { params: { id: string }; body: { operationId?: string; amount: number } };
    answer: Stake & { transaction: string; block: number };
  };
  /** Take back what was announced, when its time has come and every batch that it vouched for is decided. */
  'POST /v1/stakes/{id}/withdraw': {
    request: { params: { id: string }; body?: { operationId?: string } };
    answer: Stake & { transaction: string; block: number };
  };
  /** What is at stake for workers, page by page. */
  'GET /v1/stakes': {
    request: {
      query?: { limit?: number; after?: string; owner?: string; person?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Stake[]; after?: string };
  };
}
