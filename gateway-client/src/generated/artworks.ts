// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, Work, Erasure, Resemblance, Sale } from './schemas';

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
          versionOf?: string;
          content: { text: string } | { base64: string } | { sha256: string };
          distinct?: boolean;
          signals?: { tdmrep?: string; aipref?: string };
          public?: boolean;
        }[];
      };
    };
    answer: {
      works: {
        id: string;
        title: string;
        resembles?: {
          work: string;
          owner: { member: string; person?: string };
          method: 'phash-64' | 'minhash-128';
          distance: number;
        }[];
        credentials?: {
          manifest: string;
          valid: boolean;
          problems: string[];
          constraints: { training?: string; generative_training?: string; inference?: string; mining?: string };
        };
      }[];
      transaction: string;
      block: number;
    };
  };
  /** Works, page by page. */
  'GET /v1/artworks': {
    request: {
      query?: { limit?: number; after?: string; owner?: string; person?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Work[]; after?: string };
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
    answer: Work & { transaction: string; block: number };
  };
  /** Withdraw a work: nothing new may rely on it, and what does is tainted, but for irrevocable licences. */
  'POST /v1/artworks/{id}/withdraw': {
    request: { params: { id: string }; body?: { operationId?: string } };
    answer: Work & { transaction: string; block: number };
  };
  /** Withdraw a work and have every member destroy its copy of the content; this cannot be undone. */
  'POST /v1/artworks/{id}/erase': {
    request: { params: { id: string }; body?: { operationId?: string } };
    answer: Erasure & { transaction: string; block: number };
  };
  /** Registered works that look or read like one of them, nearest first. */
  'GET /v1/artworks/similar': {
    request: { query: { work: string; minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: {
      similar: {
        work: string;
        owner: { member: string; person?: string };
        method: 'phash-64' | 'minhash-128';
        distance: number;
      }[];
      asOf: { block: number; time: number };
    };
  };
  /** Registered works that look or read like this content, nearest first; nothing of it is kept. */
  'POST /v1/artworks/similar': {
    request: { body: { medium: 'text' | 'image'; content: { text: string } | { base64: string } } };
    answer: {
      similar: {
        work: string;
        owner: { member: string; person?: string };
        method: 'phash-64' | 'minhash-128';
        distance: number;
      }[];
      asOf: { block: number; time: number };
    };
  };
  /** What was found to be like a work though neither names the other, whichever of the two came first. */
  'GET /v1/artworks/{id}/resemblances': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: { data: Resemblance[] };
  };
  /** What became of an erased work: every member that held a copy or was allowed one, and what it attests. */
  'GET /v1/artworks/{id}/erasure': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: {
      erasure: Erasure;
      complete: boolean;
      members: {
        member: string;
        grounds: string[];
        attestation: {
          work: string;
          outcome: 'destroyed' | 'none' | 'retained';
          reads: number;
          derived: number;
          licence?: string;
          schema: 'attestation/1';
          member: string;
          attested: number;
          owner: { member: string; person?: string };
          createdTx: string;
          updatedTx: string;
        } | null;
        evidence: string | null;
      }[];
      madeFrom: { work: string; title: string; owner: { member: string; person?: string } }[];
      evidence: string;
    };
  };
  /** Everything that ever stood in a work’s record, oldest first, and its sales. */
  'GET /v1/artworks/{id}/history': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: {
      versions: { block: number; transaction: string; time: number; function: string; creator: string; record: Work }[];
      sales: Sale[];
    };
  };
  /** Evidence that proves offline, to "llmchain verify": one work. Keep it byte for byte. */
  'GET /v1/artworks/{id}/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: EvidenceBundle;
  };
  /** One work. */
  'GET /v1/artworks/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Work;
  };
}
