import { LlmchainError } from '@llmchain/protocol';
import type { OpenInputs } from './task-inputs';
import { demandSignature, elementsInAll, runtimeTensor } from './tensor-graph';

/** Most elements of one request. */
const MOST_ELEMENTS = 1_048_576;

/** Tensors as they come, for the Open Inference Protocol. */
export const openTensors: OpenInputs = (_folder, _version, signature) =>
  Promise.resolve({
    file: 'onnx/model.onnx',
    prepare(input) {
      if (input.kind !== 'tensors') throw new LlmchainError('invalid_argument', 'The model takes tensors. Send those.');
      const { tensors } = input;
      demandSignature(tensors, signature.inputs);
      const units = elementsInAll(tensors);
      if (units > MOST_ELEMENTS) {
        throw new LlmchainError(
          'too_large',
          `A request holds ${MOST_ELEMENTS} elements at most, not ${units}. Send fewer.`,
          {
            elements: units,
          },
        );
      }
      const feeds = Object.fromEntries(tensors.map((tensor) => [tensor.name, runtimeTensor(tensor)]));
      return { units, batches: () => [feeds] };
    },
  });
