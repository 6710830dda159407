import { LlmchainError } from '@llmchain/protocol';
import { InferenceSession } from 'onnxruntime-node';
import { sessionOptions, type EngineOptions } from '../execution-provider';
import { BufferedDecoder } from './buffered-decoder';
import { ConcatenatingDecoder } from './concatenating-decoder';
import type { Decoder, DecoderGeometry } from './decoder';
import { cacheNames, cacheShape } from './layout';

/**
 * Opens `input_ids`, `attention_mask` and `past_key_values.N.key|value` in, `logits` and `present.N.key|value` out;
 * `position_ids` and `num_logits_to_keep` where the graph asks for them. Whether it extends buffers in place, as graphs
 * over grouped-query attention do, is found by trying.
 * @param file path of `model.onnx`
 * @throws {LlmchainError} `not_supported` when the graph has another layout or cannot be loaded
 */
export async function openDecoder(file: string, geometry: DecoderGeometry, options: EngineOptions): Promise<Decoder> {
  const session = await InferenceSession.create(file, sessionOptions(options)).catch((cause: unknown) => {
    throw new LlmchainError('not_supported', 'The runtime cannot load this graph.', {}, { cause });
  });
  const cache = cacheNames(geometry.layers);
  const missing = [
    ...['input_ids', 'attention_mask', ...cache.map(({ past }) => past)].filter(
      (name) => !session.inputNames.includes(name),
    ),
    ...['logits', ...cache.map(({ present }) => present)].filter((name) => !session.outputNames.includes(name)),
  ];
  if (missing.length > 0) {
    await session.release();
    throw new LlmchainError(
      'not_supported',
      `The graph lacks ${missing.slice(0, 4).join(', ')}. Export it for text generation with past key values.`,
      { missing: missing.slice(0, 20) },
    );
  }
  const actual = { ...geometry, ...cacheShape(session) };
  const buffered = new BufferedDecoder(session, actual);
  return (await buffered.works()) ? buffered : new ConcatenatingDecoder(session, actual);
}
