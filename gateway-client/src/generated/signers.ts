// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle } from './schemas';

export interface SignersOperations {
  /** Evidence that proves offline, to "llmchain verify": a key that signs tickets or receipts. Keep it byte for byte. */
  'GET /v1/signers/{id}/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: EvidenceBundle;
  };
  /** Register the Ed25519 key of a worker or a gateway of this member. */
  'POST /v1/signers': {
    request: { body: { operationId?: string; signer: string; kind: 'gateway' | 'worker'; publicKey: string } };
    answer: {
      schema: 'signer/1';
      signer: string;
      kind: 'gateway' | 'worker';
      publicKey: string;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Keys that sign tickets or receipts, page by page. */
  'GET /v1/signers': {
    request: {
      query?: { limit?: number; after?: string; owner?: string; person?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        schema: 'signer/1';
        signer: string;
        kind: 'gateway' | 'worker';
        publicKey: string;
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
  /** A key that signs tickets or receipts. */
  'GET /v1/signers/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: {
      schema: 'signer/1';
      signer: string;
      kind: 'gateway' | 'worker';
      publicKey: string;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
  };
}
