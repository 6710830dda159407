import { LlmchainError, taskOf, type ModelEntry } from '@llmchain/protocol';

/**
 * That a version says what its task needs: one that does not generate text, which tensors it takes and gives and how far
 * a verifier's may be from them; one that classifies, its labels.
 * @throws {LlmchainError} `invalid_argument`
 */
export function demandTask(entry: Pick<ModelEntry, 'task' | 'signature' | 'verification'>): void {
  const task = taskOf(entry);
  const { signature, verification } = entry;
  if (task === 'text_generation') {
    if (signature) throw refusal('/signature', 'is not for a model that generates text');
    if (verification.rerun) throw refusal('/verification/rerun', 'is not for a model that generates text');
    return;
  }
  if (!signature) throw refusal('/signature', 'must say which tensors it takes and gives');
  for (const field of ['statistical', 'fingerprints'] as const)
    if (verification[field]) throw refusal(`/verification/${field}`, 'is for models that generate text');
  if (!verification.rerun) throw refusal('/verification/rerun', 'must say how far an output may be off');
  const names = (specs: readonly { name: string }[]): number => new Set(specs.map(({ name }) => name)).size;
  if (names(signature.inputs) < signature.inputs.length || names(signature.outputs) < signature.outputs.length)
    throw refusal('/signature', 'must name each tensor once');
  const classes = signature.outputs[0]?.shape.at(-1);
  if (signature.labels ? signature.labels.length !== classes : task.endsWith('classification'))
    throw refusal('/signature/labels', 'must name each of the last axis of the first output');
}

function refusal(pointer: string, message: string): LlmchainError {
  return new LlmchainError('invalid_argument', `The model version does not fit its task: ${pointer} ${message}.`, {
    issues: [{ pointer, message }],
  });
}
