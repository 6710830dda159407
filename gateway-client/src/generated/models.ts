// Made from the gateway's OpenAPI document; see README.md.

import type { EvidenceBundle, Taint, ModelVersion, ModelAccess, ModelKey, Receipt, Alias, AliasValue } from './schemas';

export interface ModelsOperations {
  /** Whether every work behind a model version may be used now; while one may not, it is not served. */
  'GET /v1/models/{id}/versions/{version}/standing': {
    request: {
      params: { id: string; version: number };
      query?: { minBlock?: number };
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
  /** Taint a model version that rests on something tainted. */
  'POST /v1/models/{id}/versions/{version}/taint': {
    request: { params: { id: string; version: number } };
    answer: Taint & { transaction: string; block: number };
  };
  /** Whether a model version is tainted, and why. */
  'GET /v1/models/{id}/versions/{version}/taint': {
    request: {
      params: { id: string; version: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Taint;
  };
  /** Lift the taint of a model version that rests on nothing tainted any more. */
  'POST /v1/models/{id}/versions/{version}/lift': {
    request: { params: { id: string; version: number } };
    answer: Taint & { transaction: string; block: number };
  };
  /** Register a model version whose files are in the member’s bucket: of a training job, with a royalty table that is worked out here, or `external`, with neither. */
  'POST /v1/models': {
    request: {
      body: {
        model: string;
        version: number;
        title: string;
        task?: 'text_generation' | 'embedding' | 'text_classification' | 'image_classification' | 'tensor';
        signature?: {
          inputs: { name: string; datatype: 'BOOL' | 'UINT8' | 'INT32' | 'INT64' | 'FP32'; shape: number[] }[];
          outputs: { name: string; datatype: 'BOOL' | 'UINT8' | 'INT32' | 'INT64' | 'FP32'; shape: number[] }[];
          labels?: string[];
        };
        parent?: { model: string; version: number; by: 'fine_tuning' | 'quantisation' };
        job?: string;
        datasets?: { dataset: string; version: number }[];
        external?: {
          source: string;
          upstream: string;
          licence: string;
          trainingData: string;
          conversion?: { importer: string; weights: string };
        };
        modelParamsAddress: string;
        manifest: string;
        files: { path: string; sha256: string; bytes: number }[];
        pool?: string[];
        format: 'onnx';
        precision: 'fp32' | 'int8';
        contextTokens: number;
        prices: { request: number; promptToken: number; completionToken: number };
        verification: {
          marginMicro: number;
          sampleRate: number;
          statistical?: { clipMicro: number; meanMicro: number; deviationMicro: number; oneFalseAlarmIn: number };
          fingerprints?: { mismatches: number; mantissaMilli: number };
          rerun?: { cosineMicro: number; maxAbsMicro: number };
        };
        operationId?: string;
        access?: { callers: 'everyone' } | { callers: 'members'; members: string[] } | { callers: 'owner' };
        seal?: boolean;
      };
    };
    answer: ModelVersion & { transaction: string; block: number };
  };
  /** Every model version, in the shape of OpenAI’s list. */
  'GET /v1/models': {
    request: { query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: {
      object: 'list';
      data: { id: string; object: 'model'; created?: number; owned_by: string; llmchain: ModelVersion }[];
    };
  };
  /** Approve a model version in the name of the member. */
  'POST /v1/models/{id}/versions/{version}/approve': {
    request: { params: { id: string; version: number }; body?: { operationId?: string } };
    answer: ModelVersion & { transaction: string; block: number };
  };
  /** As the owner: set whose callers may call a model version from now on. */
  'PUT /v1/models/{id}/versions/{version}/access': {
    request: {
      params: { id: string; version: number };
      body: {
        operationId?: string;
        policy: { callers: 'everyone' } | { callers: 'members'; members: string[] } | { callers: 'owner' };
      };
    };
    answer: ModelAccess & { transaction: string; block: number };
  };
  /** Whose callers may call a model version, now and before; everyone’s may where there is no such record. */
  'GET /v1/models/{id}/versions/{version}/access': {
    request: {
      params: { id: string; version: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: ModelAccess;
  };
  /** As the owner: give a worker the key of a sealed version, also where it was withdrawn. */
  'POST /v1/models/{id}/versions/{version}/keys/{member}/{worker}/give': {
    request: { params: { id: string; version: number; member: string; worker: string } };
    answer: ModelKey & { transaction: string; block: number };
  };
  /** As the owner: give a worker the key of a sealed version no more; what it has opened cannot be taken back. */
  'POST /v1/models/{id}/versions/{version}/keys/{member}/{worker}/withdraw': {
    request: { params: { id: string; version: number; member: string; worker: string } };
    answer: ModelKey & { transaction: string; block: number };
  };
  /** The tensors that a model takes and gives. */
  'GET /v2/models/{name}': {
    request: { params: { name: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: {
      name: string;
      versions: string[];
      platform: 'onnxruntime_onnx';
      inputs: { name: string; datatype: 'BOOL' | 'UINT8' | 'INT32' | 'INT64' | 'FP32'; shape: number[] }[];
      outputs: { name: string; datatype: 'BOOL' | 'UINT8' | 'INT32' | 'INT64' | 'FP32'; shape: number[] }[];
      llmchain: ModelVersion;
    };
  };
  /** Whether a worker has a model loaded; 503 while none has. */
  'GET /v2/models/{name}/ready': {
    request: { params: { name: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: { name: string; ready: boolean };
  };
  /** Tensors for tensors, by a model; prepaid by the element, verified by rivals, with a signed receipt. */
  'POST /v2/models/{name}/infer': {
    request: {
      params: { name: string };
      headers?: { 'x-llmchain-nonce'?: string };
      body: {
        id?: string;
        parameters?: { binary_data_output?: false };
        inputs: {
          name: string;
          shape: number[];
          datatype: 'BOOL' | 'UINT8' | 'INT32' | 'INT64' | 'FP32';
          parameters?: { binary_data?: false };
          data: unknown[];
        }[];
        outputs?: { name: string; parameters?: { binary_data?: false } }[];
      };
    };
    answer: {
      model_name: string;
      model_version: string;
      id?: string;
      outputs: {
        name: string;
        shape: number[];
        datatype: 'BOOL' | 'UINT8' | 'INT32' | 'INT64' | 'FP32';
        data: (number | boolean)[];
      }[];
      llmchain: { receipt: { body: Receipt; signer: string; signature: string } };
    };
  };
  /** The tensors that a version of a model takes and gives. */
  'GET /v2/models/{name}/versions/{version}': {
    request: {
      params: { name: string; version: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      name: string;
      versions: string[];
      platform: 'onnxruntime_onnx';
      inputs: { name: string; datatype: 'BOOL' | 'UINT8' | 'INT32' | 'INT64' | 'FP32'; shape: number[] }[];
      outputs: { name: string; datatype: 'BOOL' | 'UINT8' | 'INT32' | 'INT64' | 'FP32'; shape: number[] }[];
      llmchain: ModelVersion;
    };
  };
  /** Whether a worker has a version of a model loaded; 503 while none has. */
  'GET /v2/models/{name}/versions/{version}/ready': {
    request: {
      params: { name: string; version: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { name: string; ready: boolean };
  };
  /** Tensors for tensors, by a version of a model; prepaid by the element, verified by rivals, with a signed receipt. */
  'POST /v2/models/{name}/versions/{version}/infer': {
    request: {
      params: { name: string; version: number };
      headers?: { 'x-llmchain-nonce'?: string };
      body: {
        id?: string;
        parameters?: { binary_data_output?: false };
        inputs: {
          name: string;
          shape: number[];
          datatype: 'BOOL' | 'UINT8' | 'INT32' | 'INT64' | 'FP32';
          parameters?: { binary_data?: false };
          data: unknown[];
        }[];
        outputs?: { name: string; parameters?: { binary_data?: false } }[];
      };
    };
    answer: {
      model_name: string;
      model_version: string;
      id?: string;
      outputs: {
        name: string;
        shape: number[];
        datatype: 'BOOL' | 'UINT8' | 'INT32' | 'INT64' | 'FP32';
        data: (number | boolean)[];
      }[];
      llmchain: { receipt: { body: Receipt; signer: string; signature: string } };
    };
  };
  /** Evidence that proves offline, to "llmchain verify": whether a model version is tainted, and why. Keep it byte for byte. */
  'GET /v1/models/{id}/versions/{version}/taint/evidence': {
    request: {
      params: { id: string; version: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** Evidence that proves offline, to "llmchain verify": one model version. Keep it byte for byte. */
  'GET /v1/models/{id}/versions/{version}/evidence': {
    request: {
      params: { id: string; version: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** Evidence that proves offline, to "llmchain verify": whose callers may call a model version, now and before; everyone’s may where there is no such record. Keep it byte for byte. */
  'GET /v1/models/{id}/versions/{version}/access/evidence': {
    request: {
      params: { id: string; version: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** Evidence that proves offline, to "llmchain verify": the key of a sealed version as a worker was given it. Keep it byte for byte. */
  'GET /v1/models/{id}/versions/{version}/keys/{member}/{worker}/evidence': {
    request: {
      params: { id: string; version: number; member: string; worker: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** Evidence that proves offline, to "llmchain verify": where an alias of a model points. Keep it byte for byte. */
  'GET /v1/models/{id}/aliases/{alias}/evidence': {
    request: {
      params: { id: string; alias: 'production' | 'canary' };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** Evidence that proves offline, to "llmchain verify": one value that an alias has had. Keep it byte for byte. */
  'GET /v1/models/{id}/aliases/{alias}/history/{ordinal}/evidence': {
    request: {
      params: { id: string; alias: 'production' | 'canary'; ordinal: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: EvidenceBundle;
  };
  /** Evidence that proves offline, to "llmchain verify": one model version. Keep it byte for byte. */
  'GET /v1/models/{id}/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: EvidenceBundle;
  };
  /** One model version. */
  'GET /v1/models/{id}/versions/{version}': {
    request: {
      params: { id: string; version: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: ModelVersion;
  };
  /** The key of a sealed version as a worker was given it. */
  'GET /v1/models/{id}/versions/{version}/keys/{member}/{worker}': {
    request: {
      params: { id: string; version: number; member: string; worker: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: ModelKey;
  };
  /** Where an alias of a model points. */
  'GET /v1/models/{id}/aliases/{alias}': {
    request: {
      params: { id: string; alias: 'production' | 'canary' };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: Alias;
  };
  /** One value that an alias has had. */
  'GET /v1/models/{id}/aliases/{alias}/history/{ordinal}': {
    request: {
      params: { id: string; alias: 'production' | 'canary'; ordinal: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: AliasValue;
  };
  /** The versions of a model, page by page. */
  'GET /v1/models/{id}/versions': {
    request: {
      params: { id: string };
      query?: {
        limit?: number;
        after?: string;
        state?: 'candidate' | 'approved' | 'retired' | 'revoked';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: ModelVersion[]; after?: string };
  };
  /** Which workers were given the key of a sealed version, page by page. */
  'GET /v1/models/{id}/versions/{version}/keys': {
    request: {
      params: { id: string; version: number };
      query?: { limit?: number; after?: string; state?: 'given' | 'withdrawn'; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: ModelKey[]; after?: string };
  };
  /** The aliases of a model, page by page. */
  'GET /v1/models/{id}/aliases': {
    request: {
      params: { id: string };
      query?: { limit?: number; after?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { data: Alias[]; after?: string };
  };
  /** Every value that an alias has had, newest first; `before` goes on from the last ordinal given. */
  'GET /v1/models/{id}/aliases/{alias}/history': {
    request: {
      params: { id: string; alias: 'production' | 'canary' };
      query?: { limit?: number; before?: number; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      current: {
        schema: 'alias/1';
        model: string;
        alias: 'production' | 'canary';
        version: number | null;
        weight?: number;
        ordinal: number;
        proposal: string;
        decided: number;
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      } | null;
      values: AliasValue[];
      before?: number;
    };
  };
}
