// Made from the gateway's OpenAPI document; see README.md.

import type { Receipt } from './schemas';

export interface ModerationsOperations {
  /** Whether texts, or an image, fall into categories of a classifier, as OpenAI’s API gives it; prepaid, verified by rivals, with a signed receipt. */
  'POST /v1/moderations': {
    request: {
      headers?: { 'x-llmchain-nonce'?: string };
      body: {
        model: string;
        input:
          string | string[] | { type: 'text'; text: string }[] | { type: 'image_url'; image_url: { url: string } }[];
      };
    };
    answer: {
      id: string;
      model: string;
      results: {
        flagged: boolean;
        categories: Record<string, boolean>;
        category_scores: Record<string, number>;
        category_applied_input_types: Record<string, ('text' | 'image')[]>;
      }[];
      llmchain: { receipt: { body: Receipt; signer: string; signature: string } };
    };
  };
}
