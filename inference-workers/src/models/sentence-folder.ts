import type { Pooling } from '@llmchain/onnx-graph';
import { decodeJson, LlmchainError } from '@llmchain/protocol';
import { z } from 'zod';

/** File of a folder of sentence-transformers that names its steps, in their order. */
export const MODULES = 'modules.json';

/** Folders lie beside the file itself, whoever wrote it. */
const Modules = z.array(z.looseObject({ path: z.string().regex(/^[\w-]*$/), type: z.string() }));
/** Of the modes that there are, which one is on: `pooling_mode_mean_tokens` and the like. */
const PoolingConfig = z.record(z.string(), z.unknown());

const POOLINGS: Readonly<Record<string, Pooling>> = {
  pooling_mode_mean_tokens: 'mean',
  pooling_mode_cls_token: 'cls',
};

/** How a text's vector is made of hidden states. */
export interface SentenceLayout {
  pooling: Pooling;
  normalised: boolean;
}

/**
 * What a folder in sentence-transformers' layout says of pooling and scaling: the steps Transformer, Pooling and perhaps
 * Normalize are known.
 * @param text content of a file of the folder
 * @throws {LlmchainError} `not_supported` for other steps or another pooling; `invalid_argument` for a damaged file
 */
export async function sentenceLayout(text: (file: string) => Promise<string>): Promise<SentenceLayout> {
  const modules = decodeJson(Modules, await text(MODULES), MODULES);
  const types = modules.map(({ type }) => type.split('.').at(-1));
  const file = `${modules[1]?.path ?? ''}/config.json`;
  const known = ['Transformer,Pooling', 'Transformer,Pooling,Normalize'].includes(String(types));
  if (known) {
    const config = decodeJson(PoolingConfig, await text(file), file);
    const on = Object.keys(config).filter((name) => name.startsWith('pooling_mode_') && config[name] === true);
    const pooling = on.length === 1 ? POOLINGS[on[0]!] : undefined;
    if (pooling) return { pooling, normalised: types.length === 3 };
  }
  throw new LlmchainError(
    'not_supported',
    'Only encoders of the steps Transformer, Pooling (by the mean or the first token) and Normalize are served.',
    { modules: types },
  );
}
