// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, Taint, Dataset, DatasetVersion, Shard, Reward, DatasetPage, Holding } from './schemas';

export interface DatasetsOperations {
  /** Whether every work in a dataset version may be used now; by its owner, unless another member is named. */
  'GET /v1/datasets/{id}/versions/{version}/standing': {
    request: {
      params: { id: string; version: number };
      query?: { licensee?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      stands: boolean;
      offences: {
        dataset: string;
        version: number;
        page: number;
        item: string;
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
      }[];
    };
  };
  /** Show that an item’s consent no longer stands: the version is tainted. */
  'POST /v1/datasets/{id}/versions/{version}/taint': {
    request: { params: { id: string; version: number }; body: { page: number; item: string } };
    answer: Taint & { transaction: string; block: number };
  };
  /** Whether a dataset version is tainted, and why. */
  'GET /v1/datasets/{id}/versions/{version}/taint': {
    request: {
      params: { id: string; version: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Taint;
  };
  /** Lift the taint of a dataset version whose every item has consent again. */
  'POST /v1/datasets/{id}/versions/{version}/lift': {
    request: { params: { id: string; version: number } };
    answer: Taint & { transaction: string; block: number };
  };
  /** Open a dataset. */
  'POST /v1/datasets': {
    request: { body: { operationId?: string; dataset: string; title: string; purpose: string } };
    answer: Dataset & { transaction: string; block: number };
  };
  /** Datasets, page by page. */
  'GET /v1/datasets': {
    request: {
      query?: { limit?: number; after?: string; owner?: string; person?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Dataset[]; after?: string };
  };
  /** Seal a version of works that may be trained on, or of an earlier version without some; refused with every offender. */
  'POST /v1/datasets/{id}/versions': {
    request: {
      params: { id: string };
      body: {
        operationId?: string;
        version: number;
        items?: { licence?: string; spdx: string; work: string; tokens?: number }[];
        manifests?: string[];
        from?: number;
        without?: string[];
        cleaning?: string;
        annotations?: string[];
        diversity?: string;
      };
    };
    answer: DatasetVersion & { transaction: string; block: number };
  };
  /** The sealed versions of a dataset, page by page. */
  'GET /v1/datasets/{id}/versions': {
    request: {
      params: { id: string };
      query?: { limit?: number; after?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: DatasetVersion[]; after?: string };
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
  /** Read, clean and store a file’s items, up to 1 GiB and 100,000 items; a version is sealed of their manifest. */
  'POST /v1/datasets/{id}/ingest': {
    request: {
      params: { id: string };
      query?: {
        format?: 'text' | 'jsonl' | 'csv' | 'tar' | 'zip';
        field?: string;
        work?: string;
        licence?: string;
        spdx?: string;
        source?: string;
        period?: string;
        contributor?: string;
        pii?: 'flag' | 'mask' | 'drop';
        languages?: string;
        fewestWords?: number;
        mostWords?: number;
        quality?: 'true' | 'false';
        similarity?: number;
      };
      body: Uint8Array | ReadableStream<Uint8Array>;
    };
    answer: {
      items: number;
      bytes: number;
      tokens: number;
      digests: string[];
      manifest: string | null;
      cleaning: {
        address: string;
        report: {
          schema: 'cleaning-report/1';
          dataset: string;
          source: { digest?: string; bytes?: number };
          parameters: {
            format: 'text' | 'jsonl' | 'csv' | 'tar' | 'zip' | 'folder';
            field?: string;
            work?: string;
            licence?: string;
            spdx?: string;
            source?: string;
            period?: string;
            contributor?: string;
            languages?: string[];
            pii?: 'flag' | 'mask' | 'drop';
            fewestWords?: number;
            mostWords?: number;
            quality?: boolean;
            similarity?: number;
          };
          versions: Record<string, string>;
          documents: number;
          unreadable: Record<string, number>;
          steps: { step: string; seen: number; changed: number; dropped: number; reasons: Record<string, number> }[];
          kept: { items: number; bytes: number; tokens: number };
          sample: { digest?: string; step: string; reason: string }[];
        };
      };
      diversity: {
        address: string;
        report: {
          schema: 'diversity-report/1';
          dataset: string;
          items: number;
          tokens: number;
          dimensions: {
            language?: {
              values: Record<string, { items: number; tokens: number }>;
              distinct: number;
              evenness: { items: number; tokens: number };
            };
            period?: {
              values: Record<string, { items: number; tokens: number }>;
              distinct: number;
              evenness: { items: number; tokens: number };
            };
            medium?: {
              values: Record<string, { items: number; tokens: number }>;
              distinct: number;
              evenness: { items: number; tokens: number };
            };
            source?: {
              values: Record<string, { items: number; tokens: number }>;
              distinct: number;
              evenness: { items: number; tokens: number };
            };
            contributor?: {
              values: Record<string, { items: number; tokens: number }>;
              distinct: number;
              evenness: { items: number; tokens: number };
            };
          };
        };
      };
      annotations: string[];
    };
  };
  /** Keep a layer of annotations, lines of {"item", "label", "author"?, "time"?}; a version is sealed with its address. */
  'POST /v1/datasets/{id}/annotations': {
    request: {
      params: { id: string };
      query: { aspect: string; authors?: string; manifests?: string; from?: number };
      body: Uint8Array | ReadableStream<Uint8Array>;
    };
    answer: {
      address: string;
      aspect: string;
      annotations: number;
      items: number;
      bytes: number;
      authors: { author: string; annotations: number }[];
    };
  };
  /** Split a sealed version into files of whole pages and place copies on its owner and on members with a grant to read it; again, to place them anew. */
  'POST /v1/datasets/{id}/versions/{version}/shards': {
    request: {
      params: { id: string; version: number };
      body: { operationId?: string; pagesPerShard?: number; replicas?: number; grants?: string[] };
    };
    answer: {
      shards: { digest: string; pages: number; bytes: number }[];
      placement: { member: string; node: string; shards: number[]; bytes: number }[];
      transaction: string;
      block: number;
    };
  };
  /** The shards of a version, where they are placed and who says that they hold them, as this member’s index has it; `after` goes on from the last shard given. */
  'GET /v1/datasets/{id}/versions/{version}/shards': {
    request: {
      params: { id: string; version: number };
      query?: { limit?: number; after?: number; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: (Shard & {
        holdings: {
          schema: 'holding/1';
          dataset: string;
          version: number;
          index: number;
          digest: string;
          member: string;
          node: string;
          state: 'held' | 'released';
          reason?: 'erased' | 'access_ended' | 'moved' | 'lost';
          since: number;
          owner: { member: string; person?: string };
          createdTx: string;
          updatedTx: string;
        }[];
      })[];
      after?: number;
    };
  };
  /** Set money aside for those whose works a version holds; what nobody claims until then can be taken back. */
  'POST /v1/datasets/{id}/versions/{version}/rewards': {
    request: {
      params: { id: string; version: number };
      body: { operationId?: string; reward: string; payer?: string; amount: number; until: number };
    };
    answer: Reward & { transaction: string; block: number };
  };
  /** Evidence that proves offline, to "llmchain verify": whether a dataset version is tainted, and why. Keep it byte for byte. */
  'GET /v1/datasets/{id}/versions/{version}/taint/evidence': {
    request: {
      params: { id: string; version: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** Evidence that proves offline, to "llmchain verify": one page of a version, with the consents that it was checked under. Keep it byte for byte. */
  'GET /v1/datasets/{id}/versions/{version}/pages/{page}/evidence': {
    request: {
      params: { id: string; version: number; page?: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** Evidence that proves offline, to "llmchain verify": one shard of a version, and the nodes that it is placed on. Keep it byte for byte. */
  'GET /v1/datasets/{id}/versions/{version}/shards/{shard}/evidence': {
    request: {
      params: { id: string; version: number; shard?: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** Evidence that proves offline, to "llmchain verify": what one member says of its copy of a shard. Keep it byte for byte. */
  'GET /v1/datasets/{id}/versions/{version}/shards/{shard}/holdings/{member}/evidence': {
    request: {
      params: { id: string; version: number; shard?: number; member: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** Evidence that proves offline, to "llmchain verify": the record of a dataset; of poets@1 as of /v1/datasets/poets/versions/1. Keep it byte for byte. */
  'GET /v1/datasets/{id}/evidence': {
    request: {
      params: { id: string };
      query?: { item?: string; work?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** Evidence that proves offline, to "llmchain verify": all items of a sealed version; with `item` (digest) or `work` (id) that it holds that one, or that it does not. Keep it byte for byte. */
  'GET /v1/datasets/{id}/versions/{version}/evidence': {
    request: {
      params: { id: string; version: number };
      query?: { item?: string; work?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** One dataset. */
  'GET /v1/datasets/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Dataset;
  };
  /** One sealed version. */
  'GET /v1/datasets/{id}/versions/{version}': {
    request: {
      params: { id: string; version: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: DatasetVersion;
  };
  /** One page of a version, with the consents that it was checked under. */
  'GET /v1/datasets/{id}/versions/{version}/pages/{page}': {
    request: {
      params: { id: string; version: number; page?: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: DatasetPage;
  };
  /** One shard of a version, and the nodes that it is placed on. */
  'GET /v1/datasets/{id}/versions/{version}/shards/{shard}': {
    request: {
      params: { id: string; version: number; shard?: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Shard;
  };
  /** What one member says of its copy of a shard. */
  'GET /v1/datasets/{id}/versions/{version}/shards/{shard}/holdings/{member}': {
    request: {
      params: { id: string; version: number; shard?: number; member: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Holding;
  };
}
