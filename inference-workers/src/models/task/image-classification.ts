import { LlmchainError } from '@llmchain/protocol';
import { Tensor as RuntimeTensor } from 'onnxruntime-node';
import type { OpenInputs } from './task-inputs';

/** Pixels of one image for a classifier: its one input is uint8 [N, H, W, 3]. */
export const openImageClassification: OpenInputs = (_files, _version, { inputs }) => {
  const [spec, ...others] = inputs;
  const [, height = -1, width = -1, channels] = spec?.shape ?? [];
  if (spec?.datatype !== 'UINT8' || spec.shape.length !== 4 || others.length > 0 || channels !== 3 || height < 1)
    throw new LlmchainError('not_supported', 'Classifiers of images take one tensor UINT8 [-1, H, W, 3] here.');
  const bytes = height * width * channels;
  return Promise.resolve({
    file: 'onnx/model.onnx',
    prepare(input) {
      if (input.kind !== 'image') throw new LlmchainError('invalid_argument', 'The model takes an image. Send one.');
      const pixels = Uint8Array.from(Buffer.from(input.image, 'base64'));
      if (pixels.length !== bytes)
        throw new LlmchainError(
          'invalid_argument',
          `The model takes ${height} × ${width} pixels of red, green and blue, ${bytes} bytes, not ${pixels.length}.`,
          { height, width, bytes: pixels.length },
        );
      const feeds = { [spec.name]: new RuntimeTensor('uint8', pixels, [1, height, width, channels]) };
      return { units: 1, batches: () => [feeds] };
    },
  });
};
