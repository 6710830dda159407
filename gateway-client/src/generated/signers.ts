// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, Signer } from './schemas';

export interface SignersOperations {
  /** Evidence that proves offline, to "llmchain verify": a key that signs tickets or receipts. Keep it byte for byte. */
  'GET /v1/signers/{id}/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: EvidenceBundle;
  };
  /** Register the Ed25519 key of a worker or a gateway of this member. */
  'POST /v1/signers': {
    request: { body: { operationId?: string; signer: string; kind: 'gateway' | 'worker'; publicKey: string } };
    answer: Signer & { transaction: string; block: number };
  };
  /** Keys that sign tickets or receipts, page by page. */
  'GET /v1/signers': {
    request: {
      query?: { limit?: number; after?: string; owner?: string; person?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Signer[]; after?: string };
  };
  /** A key that signs tickets or receipts. */
  'GET /v1/signers/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Signer;
  };
}
