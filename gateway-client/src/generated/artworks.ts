// Made from the gateway's OpenAPI document; see README.md.

export interface ArtworksOperations {
  /** Register works: their content goes into the member’s bucket, their records onto the ledger. */
  'POST /v1/artworks': {
    request: {
      body: {
        operationId?: string;
        works: {
          title: string;
          creators: { person: string; share: number }[];
          medium: 'text' | 'image' | 'audio' | 'video' | 'other';
          preference: {
            training?: 'allowed' | 'not_allowed' | 'constrained';
            generative_training?: 'allowed' | 'not_allowed' | 'constrained';
            inference?: 'allowed' | 'not_allowed' | 'constrained';
            mining?: 'allowed' | 'not_allowed' | 'constrained';
          };
          created?: string;
          jurisdiction?: string;
          derivedFrom?: string;
          content: { text: string } | { base64: string };
        }[];
      };
    };
    answer: { works: { id: string; title: string }[]; transaction: string; block: number };
  };
  /** Works, page by page. */
  'GET /v1/artworks': {
    request: {
      query?: { limit?: number; after?: string; owner?: string; person?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        sha256: string;
        title: string;
        creators: { person: string; share: number }[];
        medium: 'text' | 'image' | 'audio' | 'video' | 'other';
        bytes: number;
        preference: {
          training?: 'allowed' | 'not_allowed' | 'constrained';
          generative_training?: 'allowed' | 'not_allowed' | 'constrained';
          inference?: 'allowed' | 'not_allowed' | 'constrained';
          mining?: 'allowed' | 'not_allowed' | 'constrained';
        };
        created?: string;
        jurisdiction?: string;
        derivedFrom?: string;
        schema: 'work/1';
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
  /** Say what may be done with many works at once; all of it happens, or nothing. */
  'PUT /v1/artworks/preferences': {
    request: {
      body: {
        operationId?: string;
        changes: {
          work: string;
          preference: {
            training?: 'allowed' | 'not_allowed' | 'constrained';
            generative_training?: 'allowed' | 'not_allowed' | 'constrained';
            inference?: 'allowed' | 'not_allowed' | 'constrained';
            mining?: 'allowed' | 'not_allowed' | 'constrained';
          };
        }[];
      };
    };
    answer: { works: string[]; transaction: string; block: number };
  };
  /** Say what may be done with a work. */
  'PUT /v1/artworks/{id}/preference': {
    request: {
      params: { id: string };
      body: {
        operationId?: string;
        preference: {
          training?: 'allowed' | 'not_allowed' | 'constrained';
          generative_training?: 'allowed' | 'not_allowed' | 'constrained';
          inference?: 'allowed' | 'not_allowed' | 'constrained';
          mining?: 'allowed' | 'not_allowed' | 'constrained';
        };
      };
    };
    answer: {
      sha256: string;
      title: string;
      creators: { person: string; share: number }[];
      medium: 'text' | 'image' | 'audio' | 'video' | 'other';
      bytes: number;
      preference: {
        training?: 'allowed' | 'not_allowed' | 'constrained';
        generative_training?: 'allowed' | 'not_allowed' | 'constrained';
        inference?: 'allowed' | 'not_allowed' | 'constrained';
        mining?: 'allowed' | 'not_allowed' | 'constrained';
      };
      created?: string;
      jurisdiction?: string;
      derivedFrom?: string;
      schema: 'work/1';
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Evidence that proves one of the artworks offline, see "llmchain verify"; keep it byte for byte. */
  'GET /v1/artworks/{id}/evidence': {
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
  /** One work. */
  'GET /v1/artworks/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: {
      sha256: string;
      title: string;
      creators: { person: string; share: number }[];
      medium: 'text' | 'image' | 'audio' | 'video' | 'other';
      bytes: number;
      preference: {
        training?: 'allowed' | 'not_allowed' | 'constrained';
        generative_training?: 'allowed' | 'not_allowed' | 'constrained';
        inference?: 'allowed' | 'not_allowed' | 'constrained';
        mining?: 'allowed' | 'not_allowed' | 'constrained';
      };
      created?: string;
      jurisdiction?: string;
      derivedFrom?: string;
      schema: 'work/1';
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
  };
}
