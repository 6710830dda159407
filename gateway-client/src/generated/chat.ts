// Made from the gateway's OpenAPI document; see README.md.

import type { Receipt } from './schemas';

export interface ChatOperations {
  /** Answer a chat, as OpenAI’s API does; prepaid, verified by rivals, with a signed receipt. */
  'POST /v1/chat/completions': {
    request: {
      headers?: { 'x-llmchain-nonce'?: string };
      body: {
        model: string;
        temperature?: number | null;
        stream?: boolean | null;
        stream_options?: { include_usage?: boolean } | null;
        messages: { role: 'system' | 'user' | 'assistant'; content: string | { type: 'text'; text: string }[] }[];
        max_tokens?: number | null;
        max_completion_tokens?: number | null;
      };
    };
    answer: {
      id: string;
      object: 'chat.completion';
      created: number;
      model: string;
      choices: {
        index: number;
        message: { role: 'assistant'; content: string; refusal: null };
        logprobs: null;
        finish_reason: 'stop' | 'length';
      }[];
      usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
      llmchain: { receipt: { body: Receipt; signer: string; signature: string } };
    };
  };
}
