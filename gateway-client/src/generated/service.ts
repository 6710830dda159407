// Made from the gateway's OpenAPI document; see README.md.

export interface ServiceOperations {
  /** What serves the Open Inference Protocol here. */
  'GET /v2': {
    request: Record<string, never>;
    answer: { name: string; version: string; extensions: string[] };
  };
}
