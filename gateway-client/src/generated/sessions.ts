// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, Session } from './schemas';

export interface SessionsOperations {
  /** Evidence that proves offline, to "llmchain verify": a prepaid session, as the ledger has it. Keep it byte for byte. */
  'GET /v1/sessions/{id}/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: EvidenceBundle;
  };
  /** Open a prepaid session for a key, paid by the member’s treasury. */
  'POST /v1/sessions': {
    request: { body: { operationId?: string; key: string; amount: number } };
    answer: Session & { transaction: string; block: number };
  };
  /** Prepaid sessions, as the ledger has them, page by page. */
  'GET /v1/sessions': {
    request: {
      query?: {
        limit?: number;
        after?: string;
        owner?: string;
        person?: string;
        state?: 'open' | 'closed';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Session[]; after?: string };
  };
  /** Put more credits into a session. */
  'POST /v1/sessions/{id}/top-up': {
    request: { params: { id: string }; body: { operationId?: string; amount: number } };
    answer: Session & { transaction: string; block: number };
  };
  /** Close a session once its answers are anchored; what is left goes back to the treasury. */
  'POST /v1/sessions/{id}/close': {
    request: { params: { id: string }; body?: { operationId?: string; abandon?: boolean } };
    answer: Session & { transaction: string; block: number };
  };
  /** Take back what rejected or expired batches had drawn; the gateway does so by itself. */
  'POST /v1/sessions/{id}/reclaim': {
    request: {
      params: { id: string };
      body: { operationId?: string; batches: { producer: string; sequence: number }[] };
    };
    answer: Session & { transaction: string; block: number };
  };
  /** What a session of this member has left, to the answer; callers see their own. */
  'GET /v1/sessions/{id}/balance': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: { session: string; escrow: number; spent: number; reserved: number; available: number; closed: boolean };
  };
  /** A prepaid session, as the ledger has it. */
  'GET /v1/sessions/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Session;
  };
}
