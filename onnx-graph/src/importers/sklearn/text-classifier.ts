import { GraphError } from '../../error';
import { GraphBuilder } from '../../graph/graph-builder';
import { numbersOf } from './numpy-value';
import { readPickle } from './pickle-file';
import { objectOf, PickleObject } from './pickle-object';

const VECTORIZER = 'sklearn.feature_extraction.text.TfidfVectorizer';
const TFIDF = 'sklearn.feature_extraction.text.TfidfTransformer';
const CALIBRATED = 'sklearn.calibration.CalibratedClassifierCV';
const MEMBER = 'sklearn.calibration._CalibratedClassifier';
const SIGMOID = 'sklearn.calibration._SigmoidCalibration';
const SVC = 'sklearn.svm._classes.LinearSVC';
const CLASSES = new Set([VECTORIZER, TFIDF, CALIBRATED, MEMBER, SIGMOID, SVC]);

/** What a vectoriser is made with, where workers do the same; anything else is refused. */
const PARAMETERS: Readonly<Record<string, readonly unknown[]>> = {
  analyzer: ['word'],
  binary: [false],
  lowercase: [true],
  norm: ['l2'],
  preprocessor: [null],
  // Those of a fitted vocabulary: it holds none of the words that were stopped.
  stop_words: ['english', null],
  strip_accents: [null],
  sublinear_tf: [false],
  token_pattern: ['(?u)\\b\\w\\w+\\b'],
  tokenizer: [null],
  use_idf: [true],
};
const MOST_FEATURES = 200_000;

/** How texts become rows of numbers: the word and the weight of each column. */
export interface Vectorizer {
  readonly words: readonly string[];
  readonly idf: readonly number[];
}

/**
 * A vectoriser of scikit-learn as it was fitted: single words, counted, weighted by their inverse document frequency and
 * scaled to length 1.
 * @param bytes joblib's dump of a `TfidfVectorizer`
 * @throws {GraphError} `not_supported` for another class or other settings; `invalid_argument` for a damaged file
 */
export function sklearnVectorizer(bytes: Uint8Array): Vectorizer {
  const vectorizer = objectOf(readPickle(bytes, CLASSES), VECTORIZER);
  for (const [name, allowed] of Object.entries(PARAMETERS)) {
    const value = vectorizer.get(name);
    if (!allowed.includes(value))
      throw new GraphError('not_supported', `A vectoriser with ${name} = ${String(value)} is not imported.`, { name });
  }
  if (String(vectorizer.get('ngram_range')) !== '1,1')
    throw new GraphError('not_supported', 'Only vectorisers of single words are imported.', { name: 'ngram_range' });
  const words = vectorizer.get('vocabulary_');
  if (!(words instanceof Map) || words.size === 0 || words.size > MOST_FEATURES)
    throw new GraphError('invalid_argument', 'The vectoriser has no vocabulary, or one that is too large.');
  const idf = numbersOf(objectOf(vectorizer.get('_tfidf'), TFIDF).get('idf_'), 'idf_', words.size);
  const columns: string[] = [];
  for (const [word, column] of words as Map<unknown, unknown>) {
    if (typeof word !== 'string' || typeof column !== 'number' || idf[column] === undefined)
      throw new GraphError('invalid_argument', 'The vocabulary names what is no column.');
    columns[column] = word;
  }
  // With as many words as columns, a column without a word means one with two.
  if (columns.length !== words.size || columns.includes(undefined as never))
    throw new GraphError('invalid_argument', 'Two words of the vocabulary have one column.');
  return { words: columns, idf: [...idf] };
}

/**
 * The graph of linear support vector machines whose margins were calibrated (Platt 1999): the mean of their probabilities
 * of the second class. Input: `features` float32 [B, F]. Output: `scores` float32 [B, 1], from 0 to 1.
 * @param bytes joblib's dump of a `CalibratedClassifierCV` over `LinearSVC`, of two classes, by sigmoids
 * @param features columns of its vectoriser
 * @throws {GraphError} as {@link sklearnVectorizer}
 */
export function calibratedGraph(bytes: Uint8Array, features: number): Uint8Array {
  const found = objectOf(readPickle(bytes, CLASSES), CALIBRATED).get('calibrated_classifiers_');
  if (!Array.isArray(found) || found.length === 0 || found.length > 100)
    throw new GraphError('invalid_argument', 'The classifier was not fitted.');
  const members = found.map((each) => memberOf(objectOf(each, MEMBER), features));
  const weights = new Float32Array(features * members.length);
  for (const [column, member] of members.entries())
    for (const [row, value] of member.weights.entries()) weights[row * members.length + column] = value;
  const graph = new GraphBuilder('classifier');
  const rows = graph.input('features', 'float32', ['B', features]);
  const matrix = graph.initialiser('weights', 'float32', [features, members.length], weights);
  const margins = graph.add(graph.matmul(rows, matrix), graph.float(members.map(({ bias }) => bias)));
  graph.output('scores', graph.mean(graph.map('Sigmoid', margins), { axes: [1], keep: true }));
  return graph.bytes();
}

/** One machine with its sigmoid 1 / (1 + exp(a·margin + b)), as weights and bias of what a sigmoid without either takes. */
function memberOf(member: PickleObject, features: number): { weights: Float64Array; bias: number } {
  const machine = objectOf(member.get('estimator'), SVC);
  const classes = numbersOf(member.get('classes'), 'classes', 2);
  const calibrators = member.get('calibrators');
  if (member.get('method') !== 'sigmoid' || classes[0] !== 0 || classes[1] !== 1 || !Array.isArray(calibrators))
    throw new GraphError('not_supported', 'Only classifiers of 0 and 1, calibrated by sigmoids, are imported.');
  const sigmoid = objectOf(calibrators[0], SIGMOID);
  const [a, b] = [sigmoid.get('a_'), sigmoid.get('b_')];
  if (typeof a !== 'number' || typeof b !== 'number')
    throw new GraphError('invalid_argument', 'A sigmoid of the classifier has no numbers.');
  const [intercept] = numbersOf(machine.get('intercept_'), 'intercept_', 1);
  const weights = numbersOf(machine.get('coef_'), 'coef_', features).map((value) => -a * value);
  return { weights, bias: -(a * intercept! + b) };
}
