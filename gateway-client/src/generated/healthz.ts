// Made from the gateway's OpenAPI document; see README.md.

export interface HealthzOperations {
  /** Whether the process runs. */
  'GET /healthz': {
    request: Record<string, never>;
    answer: { status: 'ok' };
  };
}
