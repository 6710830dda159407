// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, Reward, RewardClaim } from './schemas';

export interface RewardsOperations {
  /** Collect the part of a reward that an own account has, once. */
  'POST /v1/rewards/{id}/claim': {
    request: { params: { id: string }; body?: { operationId?: string; payee?: string } };
    answer: RewardClaim & { transaction: string; block: number };
  };
  /** As the payer, after the deadline: take back what nobody has claimed. */
  'POST /v1/rewards/{id}/recover': {
    request: { params: { id: string }; body?: { operationId?: string } };
    answer: Reward & { transaction: string; block: number };
  };
  /** Evidence that proves offline, to "llmchain verify": money for those whose works a dataset version holds. Keep it byte for byte. */
  'GET /v1/rewards/{id}/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: EvidenceBundle;
  };
  /** Evidence that proves offline, to "llmchain verify": what one account has had of a reward. Keep it byte for byte. */
  'GET /v1/rewards/{id}/claims/{account}/evidence': {
    request: {
      params: { id: string; account: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** Money for those whose works a dataset version holds. */
  'GET /v1/rewards/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Reward;
  };
  /** What one account has had of a reward. */
  'GET /v1/rewards/{id}/claims/{account}': {
    request: {
      params: { id: string; account: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: RewardClaim;
  };
  /** Money for those whose works dataset versions hold, page by page. */
  'GET /v1/rewards': {
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
    answer: { data: Reward[]; after?: string };
  };
  /** What has been claimed of a reward, page by page. */
  'GET /v1/rewards/{id}/claims': {
    request: {
      params: { id: string };
      query?: { limit?: number; after?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: RewardClaim[]; after?: string };
  };
}
