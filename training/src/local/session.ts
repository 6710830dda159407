import { InferenceSession } from 'onnxruntime-node';

/**
 * Loads a graph for the CPU. Threads sleep when idle: they share their cores with the rest of the member's machine.
 * @param threads compute threads; the result does not depend on how many
 */
export function openSession(graph: Uint8Array, threads: number): Promise<InferenceSession> {
  return InferenceSession.create(graph, {
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    interOpNumThreads: 1,
    intraOpNumThreads: threads,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
}
