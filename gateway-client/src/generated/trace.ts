// Made from the gateway's OpenAPI document; see README.md.

export interface TraceOperations {
  /** Lineage of a thing: what it comes from (up), or what came of it (down). */
  'GET /v1/trace/{id}': {
    request: {
      params: { id: string };
      query?: { direction?: 'up' | 'down'; asOf?: number; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      root: string;
      direction: 'up' | 'down';
      nodes: { id: string; type: string; label: string; data: Record<string, unknown> }[];
      edges: { from: string; to: string; kind: string }[];
      gaps: string[];
      asOf: { block: number; time: number };
      complete: boolean;
    };
  };
}
