// Made from the gateway's OpenAPI document; see README.md.

export interface EvidenceBundle {
  schema: 'evidence/1';
  subject:
    | {
        kind: 'record';
        type: string;
        parts: string[];
        batch?: {
          channelHeader: string;
          signatureHeader: string;
          proposal: string;
          response: string;
          endorsements: { endorser: string; signature: string }[];
        };
      }
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
            stop: 'stop' | 'length' | 'cancelled' | 'tainted';
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
      }
    | {
        dataset: string;
        version: number;
        kind: 'dataset';
        items: { digest: string; work: string; licence?: string; spdx: string; bytes: number; tokens: number }[];
        without?: string;
      }
    | {
        dataset: string;
        version: number;
        kind: 'item';
        placed: {
          item: { digest: string; work: string; licence?: string; spdx: string; bytes: number; tokens: number };
          inclusion: { index: number; count: number; path: string[] };
        };
      }
    | {
        dataset: string;
        version: number;
        kind: 'absence';
        digest: string;
        before: {
          item: { digest: string; work: string; licence?: string; spdx: string; bytes: number; tokens: number };
          inclusion: { index: number; count: number; path: string[] };
        } | null;
        after: {
          item: { digest: string; work: string; licence?: string; spdx: string; bytes: number; tokens: number };
          inclusion: { index: number; count: number; path: string[] };
        } | null;
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
}
