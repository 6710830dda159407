// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle } from './schemas';

export interface TrainingOperations {
  /** Taint a training job that rests on a tainted dataset version. */
  'POST /v1/training/jobs/{id}/taint': {
    request: { params: { id: string } };
    answer: {
      schema: 'taint/1';
      subject:
        | { dataset: string; version: number; kind: 'dataset' }
        | { kind: 'job'; job: string }
        | { model: string; version: number; kind: 'model' };
      cause:
        | {
            kind: 'work';
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
          }
        | { dataset: string; version: number; kind: 'dataset' }
        | { kind: 'job'; job: string }
        | { model: string; version: number; kind: 'model' };
      state: 'tainted' | 'lifted';
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Whether a training job is tainted, and why. */
  'GET /v1/training/jobs/{id}/taint': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: {
      schema: 'taint/1';
      subject:
        | { dataset: string; version: number; kind: 'dataset' }
        | { kind: 'job'; job: string }
        | { model: string; version: number; kind: 'model' };
      cause:
        | {
            kind: 'work';
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
          }
        | { dataset: string; version: number; kind: 'dataset' }
        | { kind: 'job'; job: string }
        | { model: string; version: number; kind: 'model' };
      state: 'tainted' | 'lifted';
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
  };
  /** Lift the taint of a training job whose datasets are clean again. */
  'POST /v1/training/jobs/{id}/lift': {
    request: { params: { id: string } };
    answer: {
      schema: 'taint/1';
      subject:
        | { dataset: string; version: number; kind: 'dataset' }
        | { kind: 'job'; job: string }
        | { model: string; version: number; kind: 'model' };
      cause:
        | {
            kind: 'work';
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
          }
        | { dataset: string; version: number; kind: 'dataset' }
        | { kind: 'job'; job: string }
        | { model: string; version: number; kind: 'model' };
      state: 'tainted' | 'lifted';
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
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
    answer: {
      job: string;
      purpose: string;
      datasets: { dataset: string; version: number }[];
      architecture: Record<string, string | number | boolean>;
      graph: string;
      tokenizer: string;
      initialParameters: string;
      seed: number;
      steps: number;
      schema: 'training-job/1';
      state: 'open' | 'completed';
      result?: {
        parameters: string;
        steps: number;
        tokens: number;
        initialLoss: number;
        finalLoss: number;
        heldOutLoss: number;
      };
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
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
    answer: {
      data: {
        job: string;
        purpose: string;
        datasets: { dataset: string; version: number }[];
        architecture: Record<string, string | number | boolean>;
        graph: string;
        tokenizer: string;
        initialParameters: string;
        seed: number;
        steps: number;
        schema: 'training-job/1';
        state: 'open' | 'completed';
        result?: {
          parameters: string;
          steps: number;
          tokens: number;
          initialLoss: number;
          finalLoss: number;
          heldOutLoss: number;
        };
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
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
    answer: {
      job: string;
      purpose: string;
      datasets: { dataset: string; version: number }[];
      architecture: Record<string, string | number | boolean>;
      graph: string;
      tokenizer: string;
      initialParameters: string;
      seed: number;
      steps: number;
      schema: 'training-job/1';
      state: 'open' | 'completed';
      result?: {
        parameters: string;
        steps: number;
        tokens: number;
        initialLoss: number;
        finalLoss: number;
        heldOutLoss: number;
      };
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
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
    answer: {
      job: string;
      purpose: string;
      datasets: { dataset: string; version: number }[];
      architecture: Record<string, string | number | boolean>;
      graph: string;
      tokenizer: string;
      initialParameters: string;
      seed: number;
      steps: number;
      schema: 'training-job/1';
      state: 'open' | 'completed';
      result?: {
        parameters: string;
        steps: number;
        tokens: number;
        initialLoss: number;
        finalLoss: number;
        heldOutLoss: number;
      };
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
  };
}
