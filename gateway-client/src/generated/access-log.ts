// Made from the gateway's OpenAPI document; see README.md.

export interface AccessLogOperations {
  /** Who was given which work’s content from this member’s bucket, when and on what ground; the latest first. */
  'GET /v1/access-log': {
    request: {
      query?: { limit?: number; after?: number; work?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        id: number;
        time: number;
        member: string;
        key?: string;
        content: string;
        work: string;
        ground:
          | { kind: 'owner' }
          | { kind: 'preference' }
          | { kind: 'licence'; licence: string }
          | { kind: 'grant'; grant: string };
      }[];
      after?: string;
    };
  };
}
