// Made from the gateway's OpenAPI document; see README.md.

export interface CanariesOperations {
  /** Have an own worker answer falsely, to see whether rivals find it; the answer is thrown away, a fault costs. */
  'POST /v1/canaries': {
    request: { body: { model: string; prompt: string; maxTokens?: number } };
    answer: { receipt: string };
  };
}
