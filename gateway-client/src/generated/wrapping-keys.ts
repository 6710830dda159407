// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, WrappingKey } from './schemas';

export interface WrappingKeysOperations {
  /** Set the X25519 key of a worker of this member, to which keys of sealed models are wrapped. */
  'PUT /v1/wrapping-keys/{worker}': {
    request: { params: { worker: string }; body: { publicKey: string } };
    answer: WrappingKey & { transaction: string; block: number };
  };
  /** Revoke the wrapping key of a worker of this member: nothing is wrapped to it any more. */
  'POST /v1/wrapping-keys/{worker}/revoke': {
    request: { params: { worker: string } };
    answer: WrappingKey & { transaction: string; block: number };
  };
  /** Evidence that proves offline, to "llmchain verify": the key of a worker to which keys of sealed models are wrapped. Keep it byte for byte. */
  'GET /v1/wrapping-keys/{member}/{worker}/evidence': {
    request: {
      params: { member: string; worker: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** The key of a worker to which keys of sealed models are wrapped. */
  'GET /v1/wrapping-keys/{member}/{worker}': {
    request: {
      params: { member: string; worker: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: WrappingKey;
  };
  /** Keys of workers to which keys of sealed models are wrapped, page by page. */
  'GET /v1/wrapping-keys': {
    request: {
      query?: {
        limit?: number;
        after?: string;
        owner?: string;
        person?: string;
        state?: 'active' | 'revoked';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: WrappingKey[]; after?: string };
  };
}
