export { TrainingError, type TrainingErrorCode } from './error';
export { POET_SETTINGS, type PoetSettings } from './local/poet-settings';
export {
  type Progress,
  type TrainedPoet,
  type TrainingReport,
  type TrainPoetOptions,
  trainPoet,
} from './local/train-poet';
export { type ModelFile, writeModelFolder } from './model-folder/write-model-folder';
