// Made from the gateway's OpenAPI document; see README.md.

export interface HealthOperations {
  /** Whether the process runs, as the Open Inference Protocol asks. */
  'GET /v2/health/live': {
    request: Record<string, never>;
    answer: { live: true };
  };
  /** Whether database, object store and ledger answer, as the Open Inference Protocol asks; 503 while not. */
  'GET /v2/health/ready': {
    request: Record<string, never>;
    answer: { ready: boolean };
  };
}
