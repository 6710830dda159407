import type { ServerResponse } from 'node:http';
import {
  LlmchainError,
  type InferenceInput,
  type ModelVersion,
  type SignedReceipt,
  type Task,
  type Tensor,
} from '@llmchain/protocol';
import type { Actor } from '../ports/actor';
import type { Infer } from '../usecases/infer';
import { RECEIPT_HEADER } from './receipt-headers';

/** One request to a model that gives tensors. */
export interface TensorRequest {
  actor: Actor;
  model: string;
  task: Task;
  input: InferenceInput;
  /** 32 bytes from the caller, hexadecimal. */
  nonce: string | undefined;
  signal: AbortSignal;
}

export interface TensorAnswer {
  version: ModelVersion;
  outputs: Tensor[];
  receipt: SignedReceipt;
  /** Id of the receipt. */
  id: string;
}

/** Nothing is drawn at random where no text is generated. */
const SAMPLER = { temperatureMilli: 0 };

/** Orders tensors, and names the receipt in the answer's header. @throws {LlmchainError} as {@link Infer.run} */
export async function tensorAnswer(
  infer: Infer,
  request: TensorRequest,
  response: ServerResponse,
): Promise<TensorAnswer> {
  const { actor, model, task, input, nonce, signal } = request;
  const order = { model, task, input, sampler: SAMPLER, callerNonce: nonce };
  const found: Partial<TensorAnswer> = {};
  for await (const answer of infer.run(actor, order, signal)) {
    if (answer.kind === 'started') {
      Object.assign(found, { version: answer.model, id: answer.receipt });
      response.setHeader(RECEIPT_HEADER, answer.receipt);
    } else if (answer.kind === 'outputs') found.outputs = answer.outputs;
    else if (answer.kind === 'finished') found.receipt = answer.receipt;
  }
  const { version, outputs, receipt, id } = found;
  if (!version || !receipt || id === undefined) throw new Error('an answer ended without its receipt');
  if (outputs) return { version, outputs, receipt, id };
  throw new LlmchainError('not_verified', 'The worker gave no tensors for its receipt. Ask again.');
}

/** Answers with one JSON value; nobody is left to tell when the caller has gone. */
export async function sendJson(
  response: ServerResponse,
  signal: AbortSignal,
  make: () => Promise<object>,
): Promise<void> {
  try {
    const answer = await make();
    response.statusCode = 200;
    response.setHeader('content-type', 'application/json; charset=utf-8');
    response.end(JSON.stringify(answer));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** The rows of a tensor of floats along its last axis. @throws {LlmchainError} `not_verified` for another tensor */
export function rowsOf(tensor: Tensor | undefined): Float32Array[] {
  const width = tensor?.shape.at(-1);
  if (tensor?.datatype !== 'FP32' || width === undefined) {
    throw new LlmchainError('not_verified', 'The worker gave another tensor than the model has. Ask again.');
  }
  const bytes = Uint8Array.from(Buffer.from(tensor.data, 'base64'));
  const all = new Float32Array(bytes.buffer);
  return Array.from({ length: all.length / width }, (_, row) => all.subarray(row * width, (row + 1) * width));
}
