// Made from the gateway's OpenAPI document; see README.md.

import type { Receipt } from './schemas';

export interface RecommendationsOperations {
  /** Works that this member can have and whose titles are like a text or a work, nearest first, with the routes that get them; by an embedding model, whose receipt covers the vectors. */
  'POST /v1/recommendations': {
    request: {
      headers?: { 'x-llmchain-nonce'?: string };
      body:
        | {
            model: string;
            medium?: 'text' | 'image' | 'audio' | 'video' | 'other';
            limit?: number;
            offers?: number;
            after?: string;
            text: string;
          }
        | {
            model: string;
            medium?: 'text' | 'image' | 'audio' | 'video' | 'other';
            limit?: number;
            offers?: number;
            after?: string;
            work: string;
          };
    };
    answer: {
      object: 'list';
      model: string;
      data: {
        work: string;
        title: string;
        score: number;
        offers: {
          kind: 'licence' | 'sale';
          id: string;
          price: number;
          obtain: { method: 'GET' | 'POST'; path: string; roles: string[] };
        }[];
      }[];
      after?: string;
      asOf: { block: number; time: number };
      usage: { prompt_tokens: number; total_tokens: number };
      llmchain: { receipt: { body: Receipt; signer: string; signature: string } };
    };
  };
}
