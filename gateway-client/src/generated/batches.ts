// Made from the gateway's OpenAPI document; see README.md.

import type {
  EvidenceBundle,
  Batch,
  Reputation,
  Fault,
  Settlement,
  Debit,
  Reclaim,
  BatchRefusal,
  BatchSilence,
} from './schemas';

export interface BatchesOperations {
  /** Evidence that proves offline, to "llmchain verify": one batch of receipts. Keep it byte for byte. */
  'GET /v1/batches/{producer}/{sequence}/evidence': {
    request: {
      params: { producer: string; sequence: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** Evidence that proves offline, to "llmchain verify": what a batch owes to whom. Keep it byte for byte. */
  'GET /v1/batches/{producer}/{sequence}/settlement/evidence': {
    request: {
      params: { producer: string; sequence: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** Evidence that proves offline, to "llmchain verify": what a batch draws from one session. Keep it byte for byte. */
  'GET /v1/batches/{producer}/{sequence}/debits/{session}/evidence': {
    request: {
      params: { producer: string; sequence: number; session: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** Evidence that proves offline, to "llmchain verify": that a session has taken back what a batch had drawn. Keep it byte for byte. */
  'GET /v1/batches/{producer}/{sequence}/debits/{session}/reclaim/evidence': {
    request: {
      params: { producer: string; sequence: number; session: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** Evidence that proves offline, to "llmchain verify": what a member’s verifier found wrong with a batch. Keep it byte for byte. */
  'GET /v1/batches/{producer}/{sequence}/refusals/{member}/evidence': {
    request: {
      params: { producer: string; sequence: number; member: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** Evidence that proves offline, to "llmchain verify": that a member had no verdict on a batch in time. Keep it byte for byte. */
  'GET /v1/batches/{producer}/{sequence}/silences/{member}/evidence': {
    request: {
      params: { producer: string; sequence: number; member: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** End a batch that the members did not verify in time; its sessions get their credits back. */
  'POST /v1/batches/{producer}/{sequence}/expire': {
    request: { params: { producer: string; sequence: number } };
    answer: Batch & { transaction: string; block: number };
  };
  /** After a member has left: let the members of now decide on an open batch; gateways do so by themselves. */
  'POST /v1/batches/{producer}/{sequence}/rotate': {
    request: { params: { producer: string; sequence: number } };
    answer: Batch & { transaction: string; block: number };
  };
  /** Count a producer’s decided batches up to this one; gateways do so by themselves. */
  'POST /v1/batches/{producer}/{sequence}/tally': {
    request: { params: { producer: string; sequence: number } };
    answer: Reputation & { transaction: string; block: number };
  };
  /** Have this member’s verifier re-execute one receipt of a rival’s batch, and say what it sees. */
  'POST /v1/batches/{producer}/{sequence}/receipts/{receipt}/rerun': {
    request: { params: { producer: string; sequence: number; receipt: string } };
    answer: {
      batch: string;
      root: string;
      verdict: 'accept' | 'reject' | 'pending';
      reason?:
        | 'receipts_unavailable'
        | 'root_mismatch'
        | 'totals_mismatch'
        | 'signature_invalid'
        | 'ticket_invalid'
        | 'price_mismatch'
        | 'replayed'
        | 'opening_unavailable'
        | 'commitment_mismatch'
        | 'tokens_mismatch'
        | 'output_mismatch'
        | 'execution_mismatch'
        | 'fingerprint_mismatch';
      receipt?: string;
    };
  };
  /** Report a receipt that this member’s verifier finds false, or an own one, such as a canary’s: refund, slash, reputation. */
  'POST /v1/batches/{producer}/{sequence}/receipts/{receipt}/fault': {
    request: { params: { producer: string; sequence: number; receipt: string } };
    answer: Fault & { transaction: string; block: number };
  };
  /** One batch of receipts. */
  'GET /v1/batches/{producer}/{sequence}': {
    request: {
      params: { producer: string; sequence: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Batch;
  };
  /** What a batch owes to whom. */
  'GET /v1/batches/{producer}/{sequence}/settlement': {
    request: {
      params: { producer: string; sequence: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Settlement;
  };
  /** What a batch draws from one session. */
  'GET /v1/batches/{producer}/{sequence}/debits/{session}': {
    request: {
      params: { producer: string; sequence: number; session: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Debit;
  };
  /** That a session has taken back what a batch had drawn. */
  'GET /v1/batches/{producer}/{sequence}/debits/{session}/reclaim': {
    request: {
      params: { producer: string; sequence: number; session: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Reclaim;
  };
  /** What a member’s verifier found wrong with a batch. */
  'GET /v1/batches/{producer}/{sequence}/refusals/{member}': {
    request: {
      params: { producer: string; sequence: number; member: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: BatchRefusal;
  };
  /** That a member had no verdict on a batch in time. */
  'GET /v1/batches/{producer}/{sequence}/silences/{member}': {
    request: {
      params: { producer: string; sequence: number; member: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: BatchSilence;
  };
  /** Batches of receipts, page by page. */
  'GET /v1/batches': {
    request: {
      query?: {
        limit?: number;
        after?: string;
        owner?: string;
        person?: string;
        state?: 'anchored' | 'accepted' | 'rejected' | 'expired';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Batch[]; after?: string };
  };
  /** The batches of one producer, page by page. */
  'GET /v1/batches/{producer}': {
    request: {
      params: { producer: string };
      query?: {
        limit?: number;
        after?: string;
        state?: 'anchored' | 'accepted' | 'rejected' | 'expired';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Batch[]; after?: string };
  };
  /** What a batch draws from sessions, page by page. */
  'GET /v1/batches/{producer}/{sequence}/debits': {
    request: {
      params: { producer: string; sequence: number };
      query?: { limit?: number; after?: string; state?: 'held' | 'spent' | 'released'; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Debit[]; after?: string };
  };
  /** Members whose verifiers reject a batch, and what they found, page by page. */
  'GET /v1/batches/{producer}/{sequence}/refusals': {
    request: {
      params: { producer: string; sequence: number };
      query?: { limit?: number; after?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: BatchRefusal[]; after?: string };
  };
  /** Members that had no verdict on a batch in time and were passed over, page by page. */
  'GET /v1/batches/{producer}/{sequence}/silences': {
    request: {
      params: { producer: string; sequence: number };
      query?: { limit?: number; after?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: BatchSilence[]; after?: string };
  };
}
