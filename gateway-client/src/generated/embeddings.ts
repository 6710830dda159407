// Made from the gateway's OpenAPI document; see README.md.

import type { Receipt } from './schemas';

export interface EmbeddingsOperations {
  /** Vectors of texts, as OpenAI’s API gives them; prepaid, verified by rivals, with a signed receipt. */
  'POST /v1/embeddings': {
    request: {
      headers?: { 'x-llmchain-nonce'?: string };
      body: { model: string; input: string | string[]; encoding_format?: 'float' | 'base64' | null };
    };
    answer: {
      object: 'list';
      data: { object: 'embedding'; index: number; embedding: number[] | string }[];
      model: string;
      usage: { prompt_tokens: number; total_tokens: number };
      llmchain: { receipt: { body: Receipt; signer: string; signature: string } };
    };
  };
}
