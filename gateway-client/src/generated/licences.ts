// Made from the gateway's OpenAPI document; see README.md.

export interface LicencesOperations {
  /** Offer a licence for works. */
  'POST /v1/licences': {
    request: {
      body: {
        licence: string;
        works: string[];
        licensee: string;
        uses: ('training' | 'generative_training' | 'inference' | 'mining')[];
        from: number;
        until: number | null;
        price: number;
        weight: number;
        operationId?: string;
      };
    };
    answer: {
      licence: string;
      works: string[];
      licensee: string;
      uses: ('training' | 'generative_training' | 'inference' | 'mining')[];
      from: number;
      until: number | null;
      price: number;
      weight: number;
      schema: 'licence/1';
      owner: { member: string; person?: string };
      state: 'offered' | 'active' | 'revoked';
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Licences, page by page. */
  'GET /v1/licences': {
    request: {
      query?: {
        limit?: number;
        after?: string;
        owner?: string;
        person?: string;
        state?: 'offered' | 'active' | 'revoked';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        licence: string;
        works: string[];
        licensee: string;
        uses: ('training' | 'generative_training' | 'inference' | 'mining')[];
        from: number;
        until: number | null;
        price: number;
        weight: number;
        schema: 'licence/1';
        owner: { member: string; person?: string };
        state: 'offered' | 'active' | 'revoked';
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
  /** Accept and pay an offered licence on behalf of the member. */
  'POST /v1/licences/{id}/accept': {
    request: { params: { id: string }; body?: { operationId?: string } };
    answer: {
      licence: string;
      works: string[];
      licensee: string;
      uses: ('training' | 'generative_training' | 'inference' | 'mining')[];
      from: number;
      until: number | null;
      price: number;
      weight: number;
      schema: 'licence/1';
      owner: { member: string; person?: string };
      state: 'offered' | 'active' | 'revoked';
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Take a licence back. */
  'POST /v1/licences/{id}/revoke': {
    request: { params: { id: string }; body?: { operationId?: string } };
    answer: {
      licence: string;
      works: string[];
      licensee: string;
      uses: ('training' | 'generative_training' | 'inference' | 'mining')[];
      from: number;
      until: number | null;
      price: number;
      weight: number;
      schema: 'licence/1';
      owner: { member: string; person?: string };
      state: 'offered' | 'active' | 'revoked';
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Evidence that proves one of the licences offline, see "llmchain verify"; keep it byte for byte. */
  'GET /v1/licences/{id}/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: {
      schema: 'evidence/1';
      subject:
        | { kind: 'record'; type: string; parts: string[] }
        | {
            kind: 'receipt';
            receipt: {
              body: {
                schema: 'receipt/1';
                ticket: {
                  body: {
                    schema: 'ticket/1';
                    requestId: string;
                    gateway: string;
                    session: string;
                    model: string;
                    version: number;
                    input: string;
                    sampler: { temperatureMilli: number };
                    maxTokens: number;
                    maxAmount: number;
                    issued: number;
                    expires: number;
                    nonce: string;
                    callerNonce?: string;
                  };
                  signer: string;
                  signature: string;
                };
                worker: string;
                producer: string;
                tokenizer: string;
                template: string;
                output: string;
                promptTokens: number;
                completionTokens: number;
                stop: 'stop' | 'length' | 'cancelled';
                execution: { provider: 'cpu' | 'cuda' | 'webgpu'; precision: 'fp32'; runtime: string; mode: 'exact' };
                amount: number;
                started: number;
                ended: number;
              };
              signer: string;
              signature: string;
            };
            inclusion: { index: number; count: number; path: string[] };
            gateway: {
              channelHeader: string;
              signatureHeader: string;
              proposal: string;
              response: string;
              endorsements: { endorser: string; signature: string }[];
            };
            worker: {
              channelHeader: string;
              signatureHeader: string;
              proposal: string;
              response: string;
              endorsements: { endorser: string; signature: string }[];
            };
          };
      configurations: {
        number: number;
        previousHash: string;
        dataHash: string;
        data: string[];
        metadata: string;
        signatures: { header: string; signature: string }[];
      }[];
      block: {
        number: number;
        previousHash: string;
        dataHash: string;
        data: string[];
        metadata: string;
        signatures: { header: string; signature: string }[];
      };
      read: {
        channelHeader: string;
        signatureHeader: string;
        proposal: string;
        response: string;
        endorsements: { endorser: string; signature: string }[];
      };
    };
  };
  /** One licence. */
  'GET /v1/licences/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: {
      licence: string;
      works: string[];
      licensee: string;
      uses: ('training' | 'generative_training' | 'inference' | 'mining')[];
      from: number;
      until: number | null;
      price: number;
      weight: number;
      schema: 'licence/1';
      owner: { member: string; person?: string };
      state: 'offered' | 'active' | 'revoked';
      createdTx: string;
      updatedTx: string;
    };
  };
}
