import { decodeJson, LlmchainError } from '@llmchain/protocol';
import { Tensor as RuntimeTensor } from 'onnxruntime-node';
import { z } from 'zod';
import { createTokenizer } from '../tokenizer';
import type { OpenInputs } from './task-inputs';
import type { Feeds } from './tensor-graph';

const TOKENIZER = 'tokenizer.json';
const CONFIG = 'tokenizer_config.json';

/** Most tokens of one request, and of one run of the graph. */
const MOST_TOKENS = 65_536;
const RUN_TOKENS = 4_096;
/** Most characters that can make a token: spaces, and words too long to be split, are the extreme. */
const CHARACTERS_PER_TOKEN = 100;

/** Texts for an encoder such as BERT, `input_ids` and `attention_mask` int64 [B, T]. */
export const openEmbedding: OpenInputs = async (files, { contextTokens }) => {
  const read = async (file: string): Promise<Record<string, unknown>> =>
    decodeJson(z.looseObject({}), (await files.read(file)).toString('utf8'), file);
  // What a request is cut or filled up to is said here, not by the file.
  const { truncation: _, padding: __, ...tokenizer } = await read(TOKENIZER);
  const encoder = createTokenizer(tokenizer, await read(CONFIG));

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
