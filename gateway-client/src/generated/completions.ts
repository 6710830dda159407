// Made from the gateway's OpenAPI document; see README.md.

import type { Receipt } from './schemas';

export interface CompletionsOperations {
  /** Continue a text, as OpenAI’s API does; prepaid, verified by rivals, with a signed receipt. */
  'POST /v1/completions': {
    request: {
      headers?: { 'x-llmchain-nonce'?: string };
      body: {
        model: string;
        temperature?: number | null;
        stream?: boolean | null;
        stream_options?: { include_usage?: boolean } | null;
        prompt: string;
        max_tokens?: number | null;
      };
    };
    answer: {
      id: string;
      object: 'text_completion';
      created: number;
      model: string;
      choices: { index: number; text: string; logprobs: null; finish_reason: 'stop' | 'length' }[];
      usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
      llmchain: { receipt: { body: Receipt; signer: string; signature: string } };
    };
  };
}
