// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, Licence } from './schemas';

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
        territory?: string[];
        exclusive?: boolean;
        irrevocable?: boolean;
        terms?: string | { salt?: string; text: string };
        operationId?: string;
      };
    };
    answer: Licence & { transaction: string; block: number };
  };
  /** Licences, page by page. */
  'GET /v1/licences': {
    request: {
      query?: {
        limit?: number;
        after?: string;
        owner?: string;
        person?: string;
        state?: 'offered' | 'active' | 'expired' | 'revoked';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Licence[]; after?: string };
  };
  /** The private terms of a licence, for its parties and for whom it is offered to; checked against their digest. */
  'GET /v1/licences/{id}/terms': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: { salt: string; text: string; licence: string; terms: string };
  };
  /** Accept and pay an offered licence on behalf of the member. */
  'POST /v1/licences/{id}/accept': {
    request: {
      params: { id: string };
      body?: { operationId?: string; terms?: string | { salt: string; text: string } };
    };
    answer: Licence & { transaction: string; block: number };
  };
  /** Take a licence back. */
  'POST /v1/licences/{id}/revoke': {
    request: { params: { id: string }; body?: { operationId?: string } };
    answer: Licence & { transaction: string; block: number };
  };
  /** Record that the time of a licence is over; anyone may. */
  'POST /v1/licences/{id}/expire': {
    request: { params: { id: string } };
    answer: Licence & { transaction: string; block: number };
  };
  /** Evidence that proves offline, to "llmchain verify": one licence. Keep it byte for byte. */
  'GET /v1/licences/{id}/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: EvidenceBundle;
  };
  /** One licence. */
  'GET /v1/licences/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Licence;
  };
}
