import { expect } from '@jest/globals';
import type { ModelEntry } from '@llmchain/protocol';
import { demandTask } from './model-task';

type Entry = Pick<ModelEntry, 'task' | 'signature' | 'verification'>;

const rerun = { cosineMicro: 5, maxAbsMicro: 50 };
const plain = { marginMicro: 1_000, sampleRate: 10_000 };
const of = (name: string, last: number) => ({ name, datatype: 'FP32' as const, shape: [-1, last] });
const signature = { inputs: [of('in', 3)], outputs: [of('out', 2)], labels: ['no', 'yes'] };
const verification = { ...plain, rerun };

test.each<[string, Entry]>([
  ['text', { verification: plain }],
  ['text that says so', { task: 'text_generation', verification: plain }],
  ['vectors', { task: 'embedding', signature: { ...signature, labels: undefined }, verification }],
  ['classes with their labels', { task: 'image_classification', signature, verification }],
  ['tensors', { task: 'tensor', signature, verification }],
])('a version for %s is taken', (_what, entry) => {
  expect(() => demandTask(entry)).not.toThrow();
});

test.each<[string, Entry, string]>([
  ['text with a signature', { signature, verification: plain }, '/signature'],
  ['text that is run again', { verification }, '/verification/rerun'],
  ['vectors without a signature', { task: 'embedding', verification }, '/signature'],
  ['tensors that nobody can check', { task: 'tensor', signature, verification: plain }, '/verification/rerun'],
  [
    'classes without labels',
    { task: 'text_classification', signature: { ...signature, labels: undefined }, verification },
    '/signature/labels',
  ],
  [
    'a label too few',
    { task: 'tensor', signature: { ...signature, labels: ['no'] }, verification },
    '/signature/labels',
  ],
  [
    'two tensors of one name',
    { task: 'tensor', signature: { ...signature, inputs: [of('in', 3), of('in', 3)] }, verification },
    '/signature',
  ],
  [
    'tensors with fingerprints of hidden states',
    { task: 'tensor', signature, verification: { ...verification, fingerprints: { mismatches: 1, mantissaMilli: 1 } } },
    '/verification/fingerprints',
  ],
])('a version for %s is refused', (_what, entry, pointer) => {
  expect(() => demandTask(entry)).toThrow(
    expect.objectContaining({ code: 'invalid_argument', details: { issues: [expect.objectContaining({ pointer })] } }),
  );
});
