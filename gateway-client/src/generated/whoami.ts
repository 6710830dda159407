// Made from the gateway's OpenAPI document; see README.md.

export interface WhoamiOperations {
  /** Whose key this is, and whom the ledger takes its holder for. */
  'GET /v1/whoami': {
    request: { query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: {
      key: string;
      name: string;
      session?: string;
      member: string;
      role: string | null;
      person: string | null;
      endorser: string;
    };
  };
}
