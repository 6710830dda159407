// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle } from './schemas';

export interface SalesOperations {
  /** Offer a share of what a work earns, its ownership, or both for sale. */
  'POST /v1/sales': {
    request: {
      body: {
        sale: string;
        work: string;
        seller: string;
        share: number;
        ownership: boolean;
        price: number;
        buyer?: string;
        until: number | null;
        operationId?: string;
      };
    };
    answer: {
      sale: string;
      work: string;
      seller: string;
      share: number;
      ownership: boolean;
      price: number;
      buyer?: string;
      until: number | null;
      schema: 'sale/1';
      state: 'open' | 'sold' | 'withdrawn';
      soldTo?: string;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Sales, page by page. */
  'GET /v1/sales': {
    request: {
      query?: {
        limit?: number;
        after?: string;
        owner?: string;
        person?: string;
        state?: 'open' | 'sold' | 'withdrawn';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        sale: string;
        work: string;
        seller: string;
        share: number;
        ownership: boolean;
        price: number;
        buyer?: string;
        until: number | null;
        schema: 'sale/1';
        state: 'open' | 'sold' | 'withdrawn';
        soldTo?: string;
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
  /** Buy: the price leaves the account as shares and ownership go over, both or neither. */
  'POST /v1/sales/{id}/buy': {
    request: { params: { id: string }; body: { operationId?: string; account: string } };
    answer: {
      sale: string;
      work: string;
      seller: string;
      share: number;
      ownership: boolean;
      price: number;
      buyer?: string;
      until: number | null;
      schema: 'sale/1';
      state: 'open' | 'sold' | 'withdrawn';
      soldTo?: string;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Take an offer back that nobody has taken up. */
  'POST /v1/sales/{id}/withdraw': {
    request: { params: { id: string }; body?: { operationId?: string } };
    answer: {
      sale: string;
      work: string;
      seller: string;
      share: number;
      ownership: boolean;
      price: number;
      buyer?: string;
      until: number | null;
      schema: 'sale/1';
      state: 'open' | 'sold' | 'withdrawn';
      soldTo?: string;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Evidence that proves offline, to "llmchain verify": one sale. Keep it byte for byte. */
  'GET /v1/sales/{id}/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: EvidenceBundle;
  };
  /** One sale. */
  'GET /v1/sales/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: {
      sale: string;
      work: string;
      seller: string;
      share: number;
      ownership: boolean;
      price: number;
      buyer?: string;
      until: number | null;
      schema: 'sale/1';
      state: 'open' | 'sold' | 'withdrawn';
      soldTo?: string;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
  };
}
