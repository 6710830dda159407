// Made from the gateway's OpenAPI document; see README.md.

export interface ContentOperations {
  /** Content by its digest: from the member’s bucket, or from the owning member where the ledger allows it. */
  'GET /v1/content/{sha256}': {
    request: {
      params: { sha256: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: undefined;
  };
  /** Put content into the member’s bucket, where its digest says; sealed unless it is public; at most 1 GiB. */
  'PUT /v1/content': {
    request: { query?: { public?: 'true' | 'false' }; body: Uint8Array | ReadableStream<Uint8Array> };
    answer: { address: string; bytes: number };
  };
}
