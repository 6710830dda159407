import { Tensor } from 'onnxruntime-node';
import { numbers } from './numbers';
import { openSession } from './session';

export interface EvaluationOptions {
  /** The bytes of an evaluation graph of the graph package. */
  readonly graph: Uint8Array;
  readonly threads: number;
  /** Longest window, in tokens. */
  readonly sequence: number;
}

/**
 * Mean nats per token (a byte of text, or the stop token) of held-out text, read in windows one after another; the first
 * token has nothing before it and is not scored.
 */
export async function heldOutLoss(
  options: EvaluationOptions,
  params: Float32Array,
  tokens: Uint16Array,
): Promise<number> {
  const session = await openSession(options.graph, options.threads);
  try {
    const vector = new Tensor('float32', params, [params.length]);
    let nats = 0;
    for (let start = 0; start < tokens.length - 1; start += options.sequence) {
      const window = BigInt64Array.from(tokens.subarray(start, start + options.sequence + 1), BigInt);
      const feeds = { params: vector, tokens: new Tensor('int64', window, [1, window.length]) };
      const results = await session.run(feeds, ['loss']);
      nats += numbers(results, 'loss')[0]! * (window.length - 1);
    }
    return nats / (tokens.length - 1);
  } finally {
    await session.release();
  }
}
