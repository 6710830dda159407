// Made from the gateway's OpenAPI document; see README.md.

export interface DatasetsOperations {
  /** Open a dataset. */
  'POST /v1/datasets': {
    request: { body: { operationId?: string; dataset: string; title: string; purpose: string } };
    answer: {
      schema: 'dataset/1';
      dataset: string;
      title: string;
      purpose: string;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Datasets, page by page. */
  'GET /v1/datasets': {
    request: {
      query?: { limit?: number; after?: string; owner?: string; person?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        schema: 'dataset/1';
        dataset: string;
        title: string;
        purpose: string;
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
  /** Seal a version of works that may be trained on; refused with every offender while one of them may not. */
  'POST /v1/datasets/{id}/versions': {
    request: {
      params: { id: string };
      body: {
        operationId?: string;
        version: number;
        items: { licence?: string; spdx: string; work: string; tokens?: number }[];
      };
    };
    answer: {
      schema: 'dataset-version/1';
      dataset: string;
      version: number;
      root: string;
      pages: number;
      items: number;
      tokens: number;
      bytes: number;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** The sealed versions of a dataset, page by page. */
  'GET /v1/datasets/{id}/versions': {
    request: {
      params: { id: string };
      query?: { limit?: number; after?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        schema: 'dataset-version/1';
        dataset: string;
        version: number;
        root: string;
        pages: number;
        items: number;
        tokens: number;
        bytes: number;
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
  /** Ask which items may not be used, and why; changes nothing. */
  'POST /v1/datasets/consent': {
    request: {
      body: {
        items: { digest: string; work: string; licence?: string; spdx: string; bytes: number; tokens: number }[];
      };
    };
    answer: { offenders: { item: string; reason: string }[] };
  };
  /** A sealed version’s items, by pages of 1,024 from 0. */
  'GET /v1/datasets/{id}/versions/{version}/items': {
    request: {
      params: { id: string; version: number };
      query?: { page?: number; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      page: number;
      pages: number;
      root: string;
      items: { digest: string; work: string; licence?: string; spdx: string; bytes: number; tokens: number }[];
    };
  };
  /** Evidence that proves one of the datasets offline, see "llmchain verify"; keep it byte for byte. */
  'GET /v1/datasets/{id}/evidence': {
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
  /** One dataset. */
  'GET /v1/datasets/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: {
      schema: 'dataset/1';
      dataset: string;
      title: string;
      purpose: string;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
  };
  /** One sealed version. */
  'GET /v1/datasets/{id}/versions/{version}': {
    request: {
      params: { id: string; version: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: {
      schema: 'dataset-version/1';
      dataset: string;
      version: number;
      root: string;
      pages: number;
      items: number;
      tokens: number;
      bytes: number;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
  };
}
