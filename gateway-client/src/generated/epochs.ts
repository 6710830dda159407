// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, Epoch } from './schemas';

export interface EpochsOperations {
  /** Evidence that proves offline, to "llmchain verify": how often what a grantor consents to has changed. Keep it byte for byte. */
  'GET /v1/epochs/{grantor}/evidence': {
    request: {
      params: { grantor: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** How often what a grantor consents to has changed. */
  'GET /v1/epochs/{grantor}': {
    request: {
      params: { grantor: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Epoch;
  };
}
