import { decodeJson, LlmchainError } from '@llmchain/protocol';
import { Tensor as RuntimeTensor } from 'onnxruntime-node';
import type { OpenInputs } from './task-inputs';
import type { Feeds } from './tensor-graph';
import { TfidfRows, Vectorizer, VECTORIZER, wordsOf } from './vectorizer';

/** Most words of one request. */
const MOST_WORDS = 200_000;
/** Elements of one run of the graph: 8 MB. */
const RUN_ELEMENTS = 2_000_000;

/** Texts for a classifier of words: `features` float32 [B, F], one row for each text. */
export const openTextClassification: OpenInputs = async (files, { contextTokens }, signature) => {
  const rows = new TfidfRows(decodeJson(Vectorizer, (await files.read(VECTORIZER)).toString('utf8'), VECTORIZER));
  const name = signature.inputs[0]!.name;
  if (signature.inputs.length !== 1 || signature.inputs[0]!.shape.at(-1) !== rows.width)
    throw new LlmchainError('not_supported', `The graph does not take the ${rows.width} columns of ${VECTORIZER}.`, {
      columns: rows.width,
    });
  const perRun = Math.max(1, Math.floor(RUN_ELEMENTS / rows.width));

  function* batchesOf(texts: readonly string[][]): Generator<Feeds> {
    for (let start = 0; start < texts.length; start += perRun) {
      const part = texts.slice(start, start + perRun);
      const features = new Float32Array(part.length * rows.width);
      for (const [at, words] of part.entries())
        rows.fill(features.subarray(at * rows.width, (at + 1) * rows.width), words);
      yield { [name]: new RuntimeTensor('float32', features, [part.length, rows.width]) };
    }
  }

  return {
    file: VECTORIZER,
    prepare(input) {
      if (input.kind !== 'texts') throw new LlmchainError('invalid_argument', 'The model takes texts. Send those.');
      const texts: string[][] = [];
      let units = 0;
      for (const [index, text] of input.texts.entries()) {
        const words = wordsOf(text);
        if (words.length > contextTokens)
          throw new LlmchainError(
            'invalid_argument',
            `Text ${index} has ${words.length} words and the model takes ${contextTokens}. Shorten it, or split it.`,
            { index, contextTokens },
          );
        // A text without words is read too.
        units += Math.max(1, words.length);
        if (units > MOST_WORDS)
          throw new LlmchainError('too_large', `A request holds ${MOST_WORDS} words at most. Send fewer texts.`, {
            words: units,
          });
        texts.push(words);
      }
      return { units, batches: () => batchesOf(texts) };
    },
  };
};
