import { demandElements, demandSignature, LlmchainError } from '@llmchain/protocol';
import type { OpenInputs } from './task-inputs';
import { runtimeTensor } from './tensor-graph';

/** Tensors as they come, for the Open Inference Protocol. */
export const openTensors: OpenInputs = (_files, _version, signature) =>
  Promise.resolve({
    file: 'onnx/model.onnx',
    prepare(input) {
      if (input.kind !== 'tensors') throw new LlmchainError('invalid_argument', 'The model takes tensors. Send those.');
      const { tensors } = input;
      demandSignature(tensors, signature.inputs);
      const units = demandElements(tensors);
      const feeds = Object.fromEntries(tensors.map((tensor) => [tensor.name, runtimeTensor(tensor)]));
      return { units, batches: () => [feeds] };
    },
  });
