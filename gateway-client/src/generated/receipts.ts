// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, Receipt } from './schemas';

export interface ReceiptsOperations {
  /** What became of an answer: signed, anchored, accepted, and by whom it was verified. */
  'GET /v1/receipts/{id}': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: {
      id: string;
      state: 'signed' | 'anchored' | 'accepted' | 'rejected' | 'expired' | 'refunded' | 'released';
      producer: string;
      worker: string;
      model: string;
      version: number;
      receipt: { body: Receipt; signer: string; signature: string };
      segments: { id: string; producer: string; worker: string; from: number; tokens: number; amount: number }[];
      batch: string | null;
      proof: { inclusion: { index: number; count: number; path: string[] }; root: string } | null;
      endorsers: string[];
      refusals: { member: string; code: string; reason?: string; receipt?: string }[];
      findings: {
        member: string;
        reason:
          | 'receipts_unavailable'
          | 'root_mismatch'
          | 'totals_mismatch'
          | 'signature_invalid'
          | 'ticket_invalid'
          | 'price_mismatch'
          | 'replayed'
          | 'opening_unavailable'
          | 'commitment_mismatch'
          | 'tokens_mismatch'
          | 'output_mismatch'
          | 'execution_mismatch'
          | 'fingerprint_mismatch';
        receipt?: string;
      }[];
    };
  };
  /** Evidence that proves offline, to "llmchain verify": a receipt, that it stands in an accepted batch, and what that batch paid. Keep it byte for byte. */
  'GET /v1/receipts/{id}/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: EvidenceBundle;
  };
}
