// Made from the gateway's OpenAPI document; see README.md.

import type { Receipt } from './schemas';

export interface RerankOperations {
  /** Documents by how near they are to a query, as Cohere’s and Jina’s API give them: cosines between vectors of an embedding model, which the receipt covers. */
  'POST /v1/rerank': {
    request: {
      headers?: { 'x-llmchain-nonce'?: string };
      body: {
        model: string;
        query: string;
        documents: (string | { text: string })[];
        top_n?: number | null;
        return_documents?: boolean | null;
      };
    };
    answer: {
      object: 'list';
      model: string;
      results: { index: number; relevance_score: number; document?: { text: string } }[];
      usage: { prompt_tokens: number; total_tokens: number };
      llmchain: { receipt: { body: Receipt; signer: string; signature: string } };
    };
  };
}
