// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, Grant } from './schemas';

export interface GrantsOperations {
  /** Ask the owner of a work or of a dataset version for leave to read it. */
  'POST /v1/grants': {
    request: {
      body: {
        grant: string;
        subject: { kind: 'work'; work: string } | { kind: 'dataset'; dataset: string; version: number };
        purpose: string;
        until: number | null;
        operationId?: string;
      };
    };
    answer: Grant & { transaction: string; block: number };
  };
  /** Grants to read, page by page. */
  'GET /v1/grants': {
    request: {
      query?: {
        limit?: number;
        after?: string;
        owner?: string;
        person?: string;
        state?: 'requested' | 'granted' | 'denied' | 'revoked' | 'expired';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Grant[]; after?: string };
  };
  /** Give leave to read, perhaps for a shorter time than was asked, or deny it. */
  'POST /v1/grants/{id}/decide': {
    request: { params: { id: string }; body: { operationId?: string; approve: boolean; until?: number | null } };
    answer: Grant & { transaction: string; block: number };
  };
  /** Take a grant back: from then on nothing is read under it. */
  'POST /v1/grants/{id}/revoke': {
    request: { params: { id: string }; body?: { operationId?: string } };
    answer: Grant & { transaction: string; block: number };
  };
  /** Record that the time of a grant is over. */
  'POST /v1/grants/{id}/expire': {
    request: { params: { id: string } };
    answer: Grant & { transaction: string; block: number };
  };
  /** Evidence that proves offline, to "llmchain verify": one grant to read. Keep it byte for byte. */
  'GET /v1/grants/{id}/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: EvidenceBundle;
  };
  /** One grant to read. */
  'GET /v1/grants/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Grant;
  };
}
