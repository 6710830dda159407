// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, Balance, Delta, ClaimCursor } from './schemas';

export interface AccountsOperations {
  /** Evidence that proves offline, to "llmchain verify": one payment to an account that is not compacted yet. Keep it byte for byte. */
  'GET /v1/accounts/{account}/deltas/{transaction}/{number}/evidence': {
    request: {
      params: { account: string; transaction: string; number: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** Evidence that proves offline, to "llmchain verify": up to where an account has claimed what a model version earned with one producer. Keep it byte for byte. */
  'GET /v1/accounts/{account}/claims/{producer}/{model}/{version}/evidence': {
    request: {
      params: { account: string; producer: string; model: string; version: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** Evidence that proves offline, to "llmchain verify": the balance of an account, without payments that are not compacted yet. Keep it byte for byte. */
  'GET /v1/accounts/{account}/evidence': {
    request: {
      params: { account: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** Put payments that wait into the balance, so that they can be spent; the account lists them. */
  'POST /v1/accounts/{account}/compact': {
    request: { params: { account: string }; body: { operationId?: string; deltas: string[] } };
    answer: Balance & { transaction: string; block: number };
  };
  /** One payment to an account that is not compacted yet. */
  'GET /v1/accounts/{account}/deltas/{transaction}/{number}': {
    request: {
      params: { account: string; transaction: string; number: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Delta;
  };
  /** Up to where an account has claimed what a model version earned with one producer. */
  'GET /v1/accounts/{account}/claims/{producer}/{model}/{version}': {
    request: {
      params: { account: string; producer: string; model: string; version: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: ClaimCursor;
  };
  /** Balances of accounts, that of the consortium among them, page by page. */
  'GET /v1/accounts': {
    request: {
      query?: { limit?: number; after?: string; owner?: string; person?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Balance[]; after?: string };
  };
  /** Payments to an account that are not compacted yet, page by page. */
  'GET /v1/accounts/{account}/deltas': {
    request: {
      params: { account: string };
      query?: { limit?: number; after?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Delta[]; after?: string };
  };
  /** Up to where an account has claimed, page by page. */
  'GET /v1/accounts/{account}/claims': {
    request: {
      params: { account: string };
      query?: { limit?: number; after?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: ClaimCursor[]; after?: string };
  };
  /** What an account has to spend, and what waits to be compacted. */
  'GET /v1/accounts/{account}': {
    request: {
      params: { account: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { account: string; balance: number; waiting: number; deltas: string[]; more: boolean };
  };
}
