// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, Taint, TrainingJob } from './schemas';

export interface TrainingOperations {
  /** Taint a training job that rests on a tainted dataset version. */
  'POST /v1/training/jobs/{id}/taint': {
    request: { params: { id: string } };
    answer: Taint & { transaction: string; block: number };
  };
  /** Whether a training job is tainted, and why. */
  'GET /v1/training/jobs/{id}/taint': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Taint;
  };
  /** Lift the taint of a training job whose datasets are clean again. */
  'POST /v1/training/jobs/{id}/lift': {
    request: { params: { id: string } };
    answer: Taint & { transaction: string; block: number };
  };
  /** Say what is going to be trained, before it is. */
  'POST /v1/training/jobs': {
    request: {
      body: {
        job: string;
        purpose: string;
        datasets: { dataset: string; version: number }[];
        architecture: Record<string, string | number | boolean>;
        graph: string;
        tokenizer: string;
        initialParameters: string;
        seed: number;
        steps: number;
        operationId?: string;
      };
    };
    answer: TrainingJob & { transaction: string; block: number };
  };
  /** Training jobs, page by page. */
  'GET /v1/training/jobs': {
    request: {
      query?: {
        limit?: number;
        after?: string;
        owner?: string;
        person?: string;
        state?: 'open' | 'completed';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: TrainingJob[]; after?: string };
  };
  /** Say what came of a training job. */
  'POST /v1/training/jobs/{id}/complete': {
    request: {
      params: { id: string };
      body: {
        operationId?: string;
        result: {
          parameters: string;
          steps: number;
          tokens: number;
          initialLoss: number;
          finalLoss: number;
          heldOutLoss: number;
        };
      };
    };
    answer: TrainingJob & { transaction: string; block: number };
  };
  /** Evidence that proves offline, to "llmchain verify": whether a training job is tainted, and why. Keep it byte for byte. */
  'GET /v1/training/jobs/{id}/taint/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: EvidenceBundle;
  };
  /** Evidence that proves offline, to "llmchain verify": one training job. Keep it byte for byte. */
  'GET /v1/training/jobs/{id}/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: EvidenceBundle;
  };
  /** One training job. */
  'GET /v1/training/jobs/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: TrainingJob;
  };
}
