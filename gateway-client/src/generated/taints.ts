// Made from the gateway's OpenAPI document; see README.md.

import type { Taint } from './schemas';

export interface TaintsOperations {
  /** What is or was tainted, page by page. */
  'GET /v1/taints': {
    request: {
      query?: {
        limit?: number;
        after?: string;
        owner?: string;
        person?: string;
        state?: 'tainted' | 'lifted';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Taint[]; after?: string };
  };
}
