import { encoderGraph, GraphError } from '@llmchain/onnx-graph';
import { decodeJson, LlmchainError, type ModelVersion } from '@llmchain/protocol';
import { Tensor as RuntimeTensor } from 'onnxruntime-node';
import { z } from 'zod';
import type { ModelFiles } from '../../files/model-files';
import { digestOfFile } from '../file-of-version';
import { MODULES, sentenceLayout, type SentenceLayout } from '../sentence-folder';
import { createTokenizer } from '../tokenizer';
import type { OpenInputs } from './task-inputs';
import type { Feeds } from './tensor-graph';

const TOKENIZER = 'tokenizer.json';
const TOKENIZER_CONFIG = 'tokenizer_config.json';
const CONFIG = 'config.json';

/** What is read of an encoder's configuration. */
const EncoderConfig = z.looseObject({
  model_type: z.string(),
  max_position_embeddings: z.number().int().min(1),
});
/** Of a folder that says nothing of it. */
const USUAL: SentenceLayout = { pooling: 'mean', normalised: true };

/** Most tokens of one request, and of one run of the graph. */
const MOST_TOKENS = 65_536;
const RUN_TOKENS = 4_096;
/** Most characters that can make a token: spaces, and words too long to be split, are the extreme. */
const CHARACTERS_PER_TOKEN = 100;

/**
 * Texts for an encoder such as BERT, `input_ids` and `attention_mask` int64 [B, T]. Pooling is put into graphs that give
 * hidden states, as Optimum exports them, in the way that the folder's `modules.json` says.
 */
export const openEmbedding: OpenInputs = async (files, version, signature) => {
  const { contextTokens } = version;
  for (const file of [TOKENIZER, TOKENIZER_CONFIG, CONFIG]) digestOfFile(version, file);
  const layout = await layoutOf(files, version);
  const width = signature.outputs[0]!.shape.at(-1)!;
  const read = async (file: string): Promise<Record<string, unknown>> =>
    decodeJson(z.looseObject({}), (await files.read(file)).toString('utf8'), file);
  // What a request is cut or filled up to is said here, not by the file.
  const { truncation: _, padding: __, ...tokenizer } = await read(TOKENIZER);
  const encoder = createTokenizer(tokenizer, await read(TOKENIZER_CONFIG));

  const encode = (text: string, index: number): number[] => {
    const long = (tokens: number | string): LlmchainError =>
      new LlmchainError(
        'invalid_argument',
        `Text ${index} has ${tokens} tokens and the model takes ${contextTokens}. Shorten it, or split it.`,
        { index, contextTokens },
      );
    if (text.length > contextTokens * CHARACTERS_PER_TOKEN) throw long('too many');
    const { ids } = encoder.encode(text);
    if (ids.length > contextTokens) throw long(ids.length);
    return ids;
  };

  return {
    file: TOKENIZER,
    rewritten(graph) {
      try {
        return encoderGraph(graph, { ...layout, width });
      } catch (error) {
        if (error instanceof GraphError) throw new LlmchainError('not_supported', error.message, {}, { cause: error });
        throw error;
      }
    },
    prepare(input) {
      if (input.kind !== 'texts') throw new LlmchainError('invalid_argument', 'The model takes texts. Send those.');
      const rows: number[][] = [];
      let units = 0;
      for (const [index, text] of input.texts.entries()) {
        const ids = encode(text, index);
        units += ids.length;
        if (units > MOST_TOKENS) {
          throw new LlmchainError('too_large', `A request holds ${MOST_TOKENS} tokens at most. Send fewer texts.`, {
            tokens: units,
          });
        }
        rows.push(ids);
      }
      return { units, batches: () => batchesOf(rows) };
    },
  };
};

/** How the folder makes vectors. @throws {LlmchainError} `not_supported` for an encoder of another kind, or a shorter one */
async function layoutOf(files: ModelFiles, version: ModelVersion): Promise<SentenceLayout> {
  const text = async (file: string): Promise<string> => {
    digestOfFile(version, file);
    return (await files.read(file)).toString('utf8');
  };
  const { model_type: kind, max_position_embeddings: positions } = decodeJson(
    EncoderConfig,
    await text(CONFIG),
    CONFIG,
  );
  if (kind !== 'bert' || positions < version.contextTokens) {
    throw new LlmchainError(
      'not_supported',
      kind === 'bert'
        ? `The version promises ${version.contextTokens} tokens and its model holds ${positions}.`
        : `Encoders of the kind ${kind} are not served, only those of bert.`,
      { kind, positions, contextTokens: version.contextTokens },
    );
  }
  return version.files.some((file) => file.path === MODULES) ? sentenceLayout(text) : USUAL;
}

/** Rows in their order, as many at once as fit into a run, filled up to the longest of them. */
function* batchesOf(rows: readonly number[][]): Generator<Feeds> {
  for (let start = 0; start < rows.length;) {
    let end = start;
    let longest = 0;
    while (end < rows.length) {
      const length = Math.max(longest, rows[end]!.length);
      if (end > start && length * (end + 1 - start) > RUN_TOKENS) break;
      longest = length;
      end += 1;
    }
    yield feedsOf(rows.slice(start, end), longest);
    start = end;
  }
}

function feedsOf(rows: readonly number[][], longest: number): Feeds {
  const ids = new BigInt64Array(rows.length * longest);
  const mask = new BigInt64Array(rows.length * longest);
  for (const [row, tokens] of rows.entries()) {
    for (const [column, token] of tokens.entries()) {
      ids[row * longest + column] = BigInt(token);
      mask[row * longest + column] = 1n;
    }
  }
  const shape = [rows.length, longest];
  return {
    input_ids: new RuntimeTensor('int64', ids, shape),
    attention_mask: new RuntimeTensor('int64', mask, shape),
  };
}
