import { LlmchainError } from '@llmchain/protocol';
import { InferenceSession } from 'onnxruntime-node';
import type { ModelFiles } from '../files/model-files';
import { sessionOptions, type EngineOptions } from './execution-provider';

/**
 * A session of a graph and the weights beside it: what lies in clear the runtime reads itself, what is sealed it is given.
 * @param graph.name where the graph lies; `bytes` is what is loaded
 * @throws {LlmchainError} `not_supported` when the runtime cannot load it
 */
export async function openSession(
  files: ModelFiles,
  graph: { name: string; bytes: Uint8Array },
  engine: EngineOptions,
): Promise<InferenceSession> {
  const options = sessionOptions(engine);
  const weights = await files.weightsOf(graph.name);
  const where =
    'folder' in weights
      ? {
          extra: {
            session: { ...options.extra.session, model_external_initializers_file_folder_path: weights.folder },
          },
        }
      : { externalData: weights.data };
  return InferenceSession.create(graph.bytes, { ...options, ...where }).catch((cause: unknown) => {
    throw new LlmchainError('not_supported', 'The runtime cannot load this graph.', {}, { cause });
  });
}
