// Made from the gateway's OpenAPI document; see README.md.

export interface LedgerOperations {
  /** How many blocks this member has indexed, and the last of them. */
  'GET /v1/ledger/height': {
    request: { query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: { block: number; time: number; height: number };
  };
}
