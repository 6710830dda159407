import { initialParameters, trainStep } from '@llmchain/onnx-graph';
import { parametersDigest, sha256Hex } from '../digest';
import { tokenizerJson } from '../tokenizer/byte-tokenizer';
import type { PoetSettings } from './poet-settings';
import { Random } from './random';

/** What a run will start from, said before it: digests of the training graph, the tokenizer and the first parameters. */
export function planPoet(
  settings: PoetSettings,
  seed: number,
): { graph: string; tokenizer: string; initialParameters: string } {
  const random = new Random(seed);
  return {
    graph: sha256Hex(trainStep(settings.model, settings.optimiser)),
    tokenizer: sha256Hex(new TextEncoder().encode(`${JSON.stringify(tokenizerJson(), null, 2)}\n`)),
    initialParameters: parametersDigest(initialParameters(settings.model, () => random.uniform())),
  };
}
