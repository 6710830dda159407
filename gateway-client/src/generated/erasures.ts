// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, Erasure, Attestation } from './schemas';

export interface ErasuresOperations {
  /** Evidence that proves offline, to "llmchain verify": that a work was to be erased everywhere. Keep it byte for byte. */
  'GET /v1/erasures/{id}/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: EvidenceBundle;
  };
  /** Evidence that proves offline, to "llmchain verify": what one member attests of its copy of an erased work. Keep it byte for byte. */
  'GET /v1/erasures/{id}/attestations/{member}/evidence': {
    request: {
      params: { id: string; member: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** That a work was to be erased everywhere. */
  'GET /v1/erasures/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Erasure;
  };
  /** What one member attests of its copy of an erased work. */
  'GET /v1/erasures/{id}/attestations/{member}': {
    request: {
      params: { id: string; member: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Attestation;
  };
  /** Works that were to be erased, page by page. */
  'GET /v1/erasures': {
    request: {
      query?: { limit?: number; after?: string; owner?: string; person?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Erasure[]; after?: string };
  };
  /** What members attest of their copies of an erased work, page by page. */
  'GET /v1/erasures/{id}/attestations': {
    request: {
      params: { id: string };
      query?: { limit?: number; after?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Attestation[]; after?: string };
  };
}
