// Made from the gateway's OpenAPI document; see README.md.

export interface OpenapiOperations {
  /** This document. */
  'GET /openapi.json': {
    request: Record<string, never>;
    answer: Record<string, unknown>;
  };
}
