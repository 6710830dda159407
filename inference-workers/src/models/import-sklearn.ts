import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { calibratedGraph, GraphError, sklearnVectorizer } from '@llmchain/onnx-graph';
import { canonicalJson, LlmchainError, type Signature } from '@llmchain/protocol';
import { temporary } from '../files/durable';
import type { ImportedTask } from './import-bert';
import { VECTORIZER, type Vectorizer } from './task/vectorizer';

/** Files of a classifier of texts as scikit-learn's users keep it. */
export const SKLEARN_FILES = ['vectorizer.joblib', 'model.joblib'] as const;

/** Words of one text. */
const CONTEXT = 8_192;

/**
 * Writes a classifier of texts by scikit-learn (`vectorizer.joblib`, a `TfidfVectorizer`, and `model.joblib`, calibrated
 * linear machines) as a folder that workers load. Both are read as data: no code of theirs runs. The folder is there when
 * all of it is.
 * @param source folder with both files
 * @param folder must not be there
 * @param label what the score of the second class stands for
 * @throws {LlmchainError} `not_supported` for other classes or settings; `invalid_argument` for files that are damaged
 */
export async function importSklearn(source: string, folder: string, label: string): Promise<ImportedTask> {
  const part = temporary(folder);
  const [words, classifier] = SKLEARN_FILES.map((file) => path.join(source, file)) as [string, string];
  try {
    const vectorizer = sklearnVectorizer(await readFile(words));
    const width = vectorizer.words.length;
    const graph = calibratedGraph(await readFile(classifier), width);
    const file: Vectorizer = { kind: 'tfidf/1', words: [...vectorizer.words], idf: [...vectorizer.idf] };
    await rm(part, { recursive: true, force: true });
    await mkdir(path.join(part, 'onnx'), { recursive: true });
    await writeFile(path.join(part, VECTORIZER), canonicalJson(file));
    await writeFile(path.join(part, 'onnx/model.onnx'), graph);
    await rename(part, folder);
    return { task: 'text_classification', signature: signatureOf(width, label), contextTokens: CONTEXT };
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    if (error instanceof GraphError) throw new LlmchainError(error.code, error.message, { source }, { cause: error });
    throw error;
  }
}

function signatureOf(width: number, label: string): Signature {
  return {
    inputs: [{ name: 'features', datatype: 'FP32', shape: [-1, width] }],
    outputs: [{ name: 'scores', datatype: 'FP32', shape: [-1, 1] }],
    labels: [label],
  };
}
