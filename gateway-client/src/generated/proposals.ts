// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, Proposal } from './schemas';

export interface ProposalsOperations {
  /** Evidence that proves offline, to "llmchain verify": one proposal and its votes. Keep it byte for byte. */
  'GET /v1/proposals/{id}/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: EvidenceBundle;
  };
  /** Put a motion to the vote of the members. */
  'POST /v1/proposals': {
    request: {
      body: {
        operationId?: string;
        proposal: string;
        motion:
          | {
              kind: 'found';
              charter: {
                fees: {
                  operator: number;
                  verifiers: number;
                  modelOwner: number;
                  dataContributors: number;
                  artists: number;
                };
                verifiersNeeded: number;
                batchTimeoutMs?: number;
                externalModels?: 'allowed' | 'forbidden';
                stake?: { minimum: number; unbondingMs: number; slash: number; finders: number };
                members: {
                  member: string;
                  name: string;
                  roles?: (
                    'artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin'
                  )[];
                }[];
              };
            }
          | { kind: 'issue'; grants: { account: string; amount: number }[]; reason: string }
          | { kind: 'pay'; payments: { account: string; amount: number }[]; reason: string }
          | {
              kind: 'join';
              member: {
                member: string;
                name: string;
                roles?: ('artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin')[];
              };
            }
          | { kind: 'leave'; member: string; reason: string }
          | {
              kind: 'policy';
              terms: {
                fees?: {
                  operator: number;
                  verifiers: number;
                  modelOwner: number;
                  dataContributors: number;
                  artists: number;
                };
                verifiersNeeded?: number;
                batchTimeoutMs?: number;
                externalModels?: 'allowed' | 'forbidden';
                stake?: { minimum: number; unbondingMs: number; slash: number; finders: number };
              };
            }
          | {
              kind: 'grantRole';
              member: string;
              role: 'artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin';
            }
          | {
              kind: 'revokeRole';
              member: string;
              role: 'artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin';
            }
          | { kind: 'alias'; model: string; alias: 'production' | 'canary'; version: number | null; weight?: number }
          | { kind: 'retire'; model: string; version: number; reason: string }
          | { kind: 'revoke'; model: string; version: number; reason: string }
          | { kind: 'suspend'; worker: string; reason: string }
          | { kind: 'reinstate'; worker: string; reason: string }
          | {
              kind: 'settleDispute';
              dispute: string;
              outcome: 'upheld' | 'dismissed';
              remedy?: { kind: 'transfer'; to: string } | { kind: 'withdraw' };
              reason: string;
            }
          | { kind: 'arbitrate'; escrow: string; outcome: 'released' | 'refunded'; reason: string };
      };
    };
    answer: Proposal & { transaction: string; block: number };
  };
  /** Proposals and their votes, page by page. */
  'GET /v1/proposals': {
    request: {
      query?: {
        limit?: number;
        after?: string;
        owner?: string;
        person?: string;
        state?: 'open' | 'enacted' | 'refused';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Proposal[]; after?: string };
  };
  /** Vote in the name of the member. */
  'POST /v1/proposals/{id}/votes': {
    request: { params: { id: string }; body: { operationId?: string; approve: boolean } };
    answer: Proposal & { transaction: string; block: number };
  };
  /** One proposal and its votes. */
  'GET /v1/proposals/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Proposal;
  };
}
