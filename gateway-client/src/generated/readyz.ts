// Made from the gateway's OpenAPI document; see README.md.

export interface ReadyzOperations {
  /** Whether database, object store and ledger answer; 503 while one of them does not. */
  'GET /readyz': {
    request: Record<string, never>;
    answer: { ready: boolean; parts: { database: string; objectStore: string; ledger: string } };
  };
}
