import type { WorkerConfig } from '@llmchain/protocol';
import { LlmchainError } from '@llmchain/protocol';
import { env, InferenceSession } from 'onnxruntime-node';

export interface EngineOptions {
  provider: WorkerConfig['provider'];
  /** Threads of one session. */
  threads: number;
}

/** Name and version of the runtime, as receipts state it. */
export const RUNTIME = `onnxruntime-node/${env.versions.node ?? env.versions.common}`;

/** Session options under which the same inputs give the same bits, on one machine and build, run after run. */
export function sessionOptions({ provider, threads }: EngineOptions) {
  return {
    executionProviders: [provider],
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    // Threads that spin while they wait take the cores that the member's other programs need.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  } satisfies InferenceSession.SessionOptions;
}

/** An ONNX model (IR 8, opset 17) of one Identity node: the smallest session that a provider can be tried with. */
const PROBE = 'CAg6OwoQCgF4EgF5IghJZGVudGl0eRIFcHJvYmVaDwoBeBIKCggIARIECgIIAWIPCgF5EgoKCAgBEgQKAggBQgQKABAR';

/**
 * Tries the provider before anything depends on it.
 * @throws {LlmchainError} `not_supported` when the installed runtime cannot use it
 */
export async function requireProvider(options: EngineOptions): Promise<void> {
  try {
    const session = await InferenceSession.create(Buffer.from(PROBE, 'base64'), sessionOptions(options));
    await session.release();
  } catch (cause) {
    throw new LlmchainError(
      'not_supported',
      `The installed ONNX Runtime cannot use the provider "${options.provider}". Install its libraries, or set "provider" to "cpu".`,
      { provider: options.provider, runtime: RUNTIME },
      { cause },
    );
  }
}
