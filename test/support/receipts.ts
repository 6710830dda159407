import { sha256Bytes, sha256Hex, sign, type SignedReceipt } from '@llmchain/protocol';
import { NOW } from './evidence-world';

export const GATEWAY_KEY = sha256Bytes('key of the gateway');
export const WORKER_KEY = sha256Bytes('key of the worker');

/** A receipt of an answer that the archive ordered of the compute provider; `seed` tells one from another. */
export function receiptOf(
  seed: string,
  {
    session = 'ses-1',
    amount = 100,
    worker = 'compute-worker-1',
  }: { session?: string; amount?: number; worker?: string } = {},
): SignedReceipt {
  const ticket = {
    schema: 'ticket/1' as const,
    requestId: `request-${seed}`,
    gateway: 'ArchiveMSP',
    producer: 'ComputeMSP',
    session,
    model: 'poet',
    version: 1,
    input: sha256Hex('input', seed),
    sampler: { temperatureMilli: 800 },
    maxTokens: 64,
    maxAmount: Math.max(1_000, amount),
    issued: NOW,
    expires: NOW + 60_000,
    nonce: sha256Hex('nonce', seed),
  };
  const body = {
    schema: 'receipt/1' as const,
    ticket: sign('llmchain/ticket/1', ticket, 'archive-gateway-1', GATEWAY_KEY),
    worker,
    producer: 'ComputeMSP',
    tokenizer: sha256Hex('tokenizer'),
    template: sha256Hex('template'),
    output: sha256Hex('output', seed),
    promptTokens: 4,
    completionTokens: 20,
    stop: 'stop' as const,
    execution: {
      provider: 'cpu' as const,
      precision: 'fp32' as const,
      runtime: 'onnxruntime-node/1',
      mode: 'exact' as const,
    },
    amount,
    started: NOW,
    ended: NOW + 900,
  };
  return sign('llmchain/receipt/1', body, worker, WORKER_KEY);
}
