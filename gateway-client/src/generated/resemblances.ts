// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, Resemblance } from './schemas';

export interface ResemblancesOperations {
  /** Flag two works that are alike though neither names the other; the ledger compares their fingerprints. */
  'POST /v1/resemblances': {
    request: { body: { work: string; other: string } };
    answer: Resemblance & { transaction: string; block: number };
  };
  /** Works that are alike though neither names the other, page by page. */
  'GET /v1/resemblances': {
    request: {
      query?: { limit?: number; after?: string; owner?: string; person?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Resemblance[]; after?: string };
  };
  /** Evidence that proves offline, to "llmchain verify": that two works are alike though neither names the other; the smaller digest comes first. Keep it byte for byte. */
  'GET /v1/resemblances/{first}/{second}/evidence': {
    request: {
      params: { first: string; second: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** That two works are alike though neither names the other; the smaller digest comes first. */
  'GET /v1/resemblances/{first}/{second}': {
    request: {
      params: { first: string; second: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Resemblance;
  };
}
