import { dirname } from 'node:path';
import { memberOfWheel } from '../packages/packaged-file';

/** The wheel with a vectoriser and a classifier of scikit-learn, which are read as data. */
const WHEEL = {
  project: 'alt-profanity-check',
  file: 'alt_profanity_check-1.9.1-py3-none-any.whl',
  sha256: 'cccb8ce072306bac21188670777a25cfb1de978aa8c7a93c8e4a43c03b3945c3',
};

/** Folder with both files. @throws {LlmchainError} `unavailable` */
export async function profanitySource(): Promise<string> {
  await memberOfWheel(WHEEL, 'profanity_check/data/vectorizer.joblib');
  return dirname(await memberOfWheel(WHEEL, 'profanity_check/data/model.joblib'));
}
