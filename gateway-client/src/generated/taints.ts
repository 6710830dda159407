// Made from the gateway's OpenAPI document; see README.md.

export interface TaintsOperations {
  /** What is or was tainted, page by page. */
  'GET /v1/taints': {
    request: {
      query?: {
        limit?: number;
        after?: string;
        owner?: string;
        person?: string;
        state?: 'tainted' | 'lifted';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        schema: 'taint/1';
        subject:
          | { dataset: string; version: number; kind: 'dataset' }
          | { kind: 'job'; job: string }
          | { model: string; version: number; kind: 'model' };
        cause:
          | {
              kind: 'work';
              work: string;
              reason:
                | 'not_registered'
                | 'disputed'
                | 'withdrawn'
                | 'not_allowed'
                | 'licence_missing'
                | 'licence_unknown'
                | 'licence_not_of_owner'
                | 'licence_not_for_work'
                | 'licence_not_for_use'
                | 'licence_not_for_licensee'
                | 'licence_not_in_force';
            }
          | { dataset: string; version: number; kind: 'dataset' }
          | { kind: 'job'; job: string }
          | { model: string; version: number; kind: 'model' };
        state: 'tainted' | 'lifted';
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
}
