// Made from the gateway's OpenAPI document; see README.md.

import type { Work, Erasure } from './schemas';

export interface NoticesOperations {
  /** Works of the caller’s that say they were made from works which were erased: what becomes of them is theirs to decide. */
  'GET /v1/notices': {
    request: { query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: { data: { work: Work; erasure: Erasure }[] };
  };
}
