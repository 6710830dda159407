import type { WorkerConfig } from '@llmchain/protocol';
import { LlmchainError } from '@llmchain/protocol';
import { env, InferenceSession } from 'onnxruntime-node';

export interface EngineOptions {
  provider: WorkerConfig['provider'];
  /** Threads of one session. */
  threads: number;
  /** Which of the provider's devices, where it has several; the first when left out. */
  device?: number;
}

/** The devices that a model is computed on. */
export interface PoolOptions extends Pick<EngineOptions, 'provider' | 'threads'> {
  /** By their numbers; the first alone when left out. */
  devices?: readonly number[];
  /** Bytes of each device that keys and values of a model may take. */
  deviceMemory?: number;
}

/** One engine for each device of a pool. */
export function enginesOf({ provider, threads, devices = [0] }: PoolOptions): EngineOptions[] {
  return devices.map((device) => ({ provider, threads, device }));
}

/** Name and version of the runtime, as receipts state it. */
export const RUNTIME = `onnxruntime-node/${env.versions.node ?? env.versions.common}`;

/** Session options under which the same inputs give the same bits, on one machine and build, run after run. */
export function sessionOptions({ provider, threads, device = 0 }: EngineOptions) {
  return {
    executionProviders: [provider === 'cuda' ? { name: provider, deviceId: device } : provider],
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
  const { provider, device = 0 } = options;
  if (provider !== 'cuda' && device !== 0) {
    throw new LlmchainError(
      'not_supported',
      `The provider "${provider}" has one device here. Leave "devices" at [0], or set "provider" to "cuda".`,
      { provider, device },
    );
  }
  try {
    const session = await InferenceSession.create(Buffer.from(PROBE, 'base64'), sessionOptions(options));
    await session.release();
  } catch (cause) {
    throw new LlmchainError(
      'not_supported',
      `The installed ONNX Runtime cannot use the provider "${provider}" with device ${device}. Install its libraries, or set "provider" to "cpu".`,
      { provider, device, runtime: RUNTIME },
      { cause },
    );
  }
}
