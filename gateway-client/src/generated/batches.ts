// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle } from './schemas';

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
  /** End a batch that the members did not verify in time; its sessions get their credits back. */
  'POST /v1/batches/{producer}/{sequence}/expire': {
    request: { params: { producer: string; sequence: number } };
    answer: {
      sequence: number;
      model: string;
      version: number;
      root: string;
      count: number;
      promptTokens: number;
      completionTokens: number;
      amount: number;
      receipts: string;
      sessions: { session: string; amount: number }[];
      schema: 'batch/1';
      batch: string;
      producer: string;
      electorate: string[];
      needed: number;
      state: 'anchored' | 'accepted' | 'rejected' | 'expired';
      verifiers: string[];
      findings?: {
        member: string;
        reason:
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
          | 'execution_mismatch';
        receipt?: string;
      }[];
      anchored: number;
      deadline?: number;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** After a member has left: let the members of now decide on an open batch; gateways do so by themselves. */
  'POST /v1/batches/{producer}/{sequence}/rotate': {
    request: { params: { producer: string; sequence: number } };
    answer: {
      sequence: number;
      model: string;
      version: number;
      root: string;
      count: number;
      promptTokens: number;
      completionTokens: number;
      amount: number;
      receipts: string;
      sessions: { session: string; amount: number }[];
      schema: 'batch/1';
      batch: string;
      producer: string;
      electorate: string[];
      needed: number;
      state: 'anchored' | 'accepted' | 'rejected' | 'expired';
      verifiers: string[];
      findings?: {
        member: string;
        reason:
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
          | 'execution_mismatch';
        receipt?: string;
      }[];
      anchored: number;
      deadline?: number;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** One batch of receipts. */
  'GET /v1/batches/{producer}/{sequence}': {
    request: {
      params: { producer: string; sequence: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: {
      sequence: number;
      model: string;
      version: number;
      root: string;
      count: number;
      promptTokens: number;
      completionTokens: number;
      amount: number;
      receipts: string;
      sessions: { session: string; amount: number }[];
      schema: 'batch/1';
      batch: string;
      producer: string;
      electorate: string[];
      needed: number;
      state: 'anchored' | 'accepted' | 'rejected' | 'expired';
      verifiers: string[];
      findings?: {
        member: string;
        reason:
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
          | 'execution_mismatch';
        receipt?: string;
      }[];
      anchored: number;
      deadline?: number;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
  };
  /** What a batch owes to whom. */
  'GET /v1/batches/{producer}/{sequence}/settlement': {
    request: {
      params: { producer: string; sequence: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: {
      schema: 'settlement/1';
      batch: string;
      model: string;
      version: number;
      state: 'pending' | 'released' | 'void';
      parts: { account: string; amount: number }[];
      pool: number;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
  };
  /** What a batch draws from one session. */
  'GET /v1/batches/{producer}/{sequence}/debits/{session}': {
    request: {
      params: { producer: string; sequence: number; session: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: {
      schema: 'debit/1';
      session: string;
      batch: string;
      amount: number;
      state: 'held' | 'spent' | 'released';
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
  };
  /** That a session has taken back what a batch had drawn. */
  'GET /v1/batches/{producer}/{sequence}/debits/{session}/reclaim': {
    request: {
      params: { producer: string; sequence: number; session: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: {
      schema: 'reclaim/1';
      session: string;
      batch: string;
      amount: number;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
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
    answer: {
      data: {
        sequence: number;
        model: string;
        version: number;
        root: string;
        count: number;
        promptTokens: number;
        completionTokens: number;
        amount: number;
        receipts: string;
        sessions: { session: string; amount: number }[];
        schema: 'batch/1';
        batch: string;
        producer: string;
        electorate: string[];
        needed: number;
        state: 'anchored' | 'accepted' | 'rejected' | 'expired';
        verifiers: string[];
        findings?: {
          member: string;
          reason:
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
            | 'execution_mismatch';
          receipt?: string;
        }[];
        anchored: number;
        deadline?: number;
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
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
    answer: {
      data: {
        sequence: number;
        model: string;
        version: number;
        root: string;
        count: number;
        promptTokens: number;
        completionTokens: number;
        amount: number;
        receipts: string;
        sessions: { session: string; amount: number }[];
        schema: 'batch/1';
        batch: string;
        producer: string;
        electorate: string[];
        needed: number;
        state: 'anchored' | 'accepted' | 'rejected' | 'expired';
        verifiers: string[];
        findings?: {
          member: string;
          reason:
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
            | 'execution_mismatch';
          receipt?: string;
        }[];
        anchored: number;
        deadline?: number;
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
  /** What a batch draws from sessions, page by page. */
  'GET /v1/batches/{producer}/{sequence}/debits': {
    request: {
      params: { producer: string; sequence: number };
      query?: { limit?: number; after?: string; state?: 'held' | 'spent' | 'released'; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        schema: 'debit/1';
        session: string;
        batch: string;
        amount: number;
        state: 'held' | 'spent' | 'released';
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
}
