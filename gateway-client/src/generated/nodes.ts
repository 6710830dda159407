// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, DataNode } from './schemas';

export interface NodesOperations {
  /** Register a node of this member on which shards may be placed, or change its capacity or state; one that is draining gets nothing new. */
  'POST /v1/nodes': {
    request: {
      body: {
        node: string;
        kind: 'storage' | 'training';
        capacity: number;
        state: 'active' | 'draining' | 'gone';
        operationId?: string;
      };
    };
    answer: DataNode & { transaction: string; block: number };
  };
  /** The nodes on which members keep shards of datasets, page by page. */
  'GET /v1/nodes': {
    request: {
      query?: {
        limit?: number;
        after?: string;
        owner?: string;
        person?: string;
        state?: 'active' | 'draining' | 'gone';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: DataNode[]; after?: string };
  };
  /** Evidence that proves offline, to "llmchain verify": one node of a member, and how much is placed on it. Keep it byte for byte. */
  'GET /v1/nodes/{member}/{node}/evidence': {
    request: {
      params: { member: string; node: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** One node of a member, and how much is placed on it. */
  'GET /v1/nodes/{member}/{node}': {
    request: {
      params: { member: string; node: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: DataNode;
  };
}
