// Made from the gateway's OpenAPI document; see README.md.

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
      llmchain: {
        receipt: {
          body: {
            schema: 'receipt/1';
            ticket: {
              body: {
                schema: 'ticket/1';
                requestId: string;
                gateway: string;
                session: string;
                model: string;
                version: number;
                input: string;
                sampler: { temperatureMilli: number };
                maxTokens: number;
                maxAmount: number;
                issued: number;
                expires: number;
                nonce: string;
                callerNonce?: string;
              };
              signer: string;
              signature: string;
            };
            continuation?: {
              body: {
                schema: 'continuation/1';
                ticket: string;
                from: number;
                answered: string;
                maxAmount: number;
                nonce: string;
              };
              signer: string;
              signature: string;
            };
            worker: string;
            producer: string;
            tokenizer: string;
            template: string;
            output: string;
            promptTokens: number;
            completionTokens: number;
            stop: 'stop' | 'length' | 'cancelled' | 'tainted';
            execution: {
              provider: 'cpu' | 'cuda' | 'webgpu';
              precision: 'fp32' | 'int8';
              runtime: string;
              mode: 'exact' | 'statistical';
            };
            fingerprints?: string[];
            amount: number;
            started: number;
            ended: number;
          };
          signer: string;
          signature: string;
        };
      };
    };
  };
}
