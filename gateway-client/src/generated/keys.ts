// Made from the gateway's OpenAPI document; see README.md.

export interface KeysOperations {
  /** Make an API key and an identity for its holder; with credits, a prepaid session too. Repeated with its operation id it gives the same key a new secret, until the key is used. */
  'POST /v1/keys': {
    request: {
      body: {
        operationId?: string;
        role: 'artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'admin';
        name: string;
        credits?: number;
      };
    };
    answer: { id: string; key: string; session?: string };
  };
  /** The member’s API keys, without their secrets, page by page. */
  'GET /v1/keys': {
    request: {
      query?: { limit?: number; after?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        id: string;
        role: 'artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'admin';
        name: string;
        session?: string;
        created: number;
      }[];
      after?: string;
    };
  };
  /** Take a key back and revoke its certificate, which peers refuse once "llmchain key revoke" or "llmchain up" has run; its session stays until it is closed. */
  'DELETE /v1/keys/{id}': {
    request: { params: { id: string } };
    answer: {
      id: string;
      role: 'artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'admin';
      name: string;
      session?: string;
      created: number;
    };
  };
}
