import { appendingGraph } from '@llmchain/onnx-graph';
import { LlmchainError } from '@llmchain/protocol';
import type { ModelFiles } from '../../files/model-files';
import type { EngineOptions } from '../execution-provider';
import { openSession } from '../graph-session';
import { AppendingDecoder } from './appending-decoder';
import { ConcatenatingDecoder } from './concatenating-decoder';
import type { Decoder, DecoderGeometry } from './decoder';
import { cacheNames, cacheShape } from './layout';

/**
 * Opens `input_ids`, `attention_mask` and `past_key_values.N.key|value` in, `logits` and `present.N.key|value` out;
 * `position_ids` and `num_logits_to_keep` where the graph asks for them. Graphs over grouped-query attention are rewritten,
 * so that rows advance together and nothing of the past is copied.
 * @param name of the graph among the files, such as `onnx/model.onnx`
 * @throws {LlmchainError} `not_supported` when the graph has another layout or cannot be loaded
 */
export async function openDecoder(
  files: ModelFiles,
  name: string,
  geometry: DecoderGeometry,
  engine: EngineOptions,
): Promise<Decoder> {
  const { graph, appends } = graphOf(await files.read(name), geometry);
  const session = await openSession(files, { name, bytes: graph }, engine);
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
  const past = new Set(cache.map((each) => each.past));
  const more = session.inputNames.filter((name) => name.startsWith('past_key_values.') && !past.has(name));
  if (more.length > 0) {
    await session.release();
    throw new LlmchainError(
      'not_supported',
      `The graph has more layers than the ${geometry.layers} of config.json. Export both together.`,
      { more: more.slice(0, 20) },
    );
  }
  const actual = { ...geometry, ...cacheShape(session) };
  return appends ? new AppendingDecoder(session, actual) : new ConcatenatingDecoder(session, actual);
}

/** The graph as it is run, and whether it gives new keys and values alone. */
function graphOf(whole: Uint8Array, { headSize }: DecoderGeometry): { graph: Uint8Array; appends: boolean } {
  try {
    const graph = appendingGraph(whole, { headSize });
    return { graph: graph ?? whole, appends: graph !== undefined };
  } catch (cause) {
    throw new LlmchainError('not_supported', 'The file is no ONNX graph.', {}, { cause });
  }
}
