import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { appendingGraph } from '@llmchain/onnx-graph';
import { LlmchainError } from '@llmchain/protocol';
import { InferenceSession } from 'onnxruntime-node';
import { sessionOptions, type EngineOptions } from '../execution-provider';
import { AppendingDecoder } from './appending-decoder';
import { ConcatenatingDecoder } from './concatenating-decoder';
import type { Decoder, DecoderGeometry } from './decoder';
import { cacheNames, cacheShape } from './layout';

/**
 * Opens `input_ids`, `attention_mask` and `past_key_values.N.key|value` in, `logits` and `present.N.key|value` out;
 * `position_ids` and `num_logits_to_keep` where the graph asks for them. Graphs over grouped-query attention are rewritten,
 * so that rows advance together and nothing of the past is copied.
 * @param file path of `model.onnx`
 * @throws {LlmchainError} `not_supported` when the graph has another layout or cannot be loaded
 */
export async function openDecoder(file: string, geometry: DecoderGeometry, engine: EngineOptions): Promise<Decoder> {
  const options = sessionOptions(engine);
  const { graph, appends } = await graphOf(file, geometry);
  const extra = {
    session: { ...options.extra.session, model_external_initializers_file_folder_path: path.dirname(file) },
  };
  const session = await InferenceSession.create(graph, { ...options, extra }).catch((cause: unknown) => {
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
  return appends ? new AppendingDecoder(session, actual) : new ConcatenatingDecoder(session, actual);
}

/** The graph as it is run, and whether it gives new keys and values alone. */
async function graphOf(file: string, { headSize }: DecoderGeometry): Promise<{ graph: Uint8Array; appends: boolean }> {
  const whole = await readFile(file);
  try {
    const graph = appendingGraph(whole, { headSize });
    return { graph: graph ?? whole, appends: graph !== undefined };
  } catch (cause) {
    throw new LlmchainError('not_supported', 'The file is no ONNX graph.', {}, { cause });
  }
}
