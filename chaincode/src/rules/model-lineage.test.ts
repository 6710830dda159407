import { sha256Hex, type ModelVersion, type TrainingJob } from '@llmchain/protocol';
import { classOf, demandDerived, demandTrained } from './model-lineage';

const BEGUN = sha256Hex('begun');
const ENDED = sha256Hex('ended');
const datasets = [{ dataset: 'd', version: 1 }];
const job = (change: object): TrainingJob =>
  ({
    job: 'j',
    state: 'completed',
    datasets,
    initialParameters: BEGUN,
    result: { parameters: ENDED },
    ...change,
  }) as TrainingJob;
const version = (change: object): ModelVersion =>
  ({
    model: 'poet',
    version: 1,
    state: 'approved',
    class: 'consortium',
    owner: { member: 'LabMSP' },
    ...change,
  }) as ModelVersion;
const parent = { version: version({}), job: job({}) };
const child = job({ job: 'k', initialParameters: ENDED });

test('what comes from an external version is external, however it was made', () => {
  expect(classOf(undefined)).toBe('consortium');
  expect(classOf({ class: 'consortium' })).toBe('consortium');
  expect(classOf({ class: 'external' })).toBe('external');
});

test('a version is of a completed job, and of its datasets', async () => {
  expect(() => demandTrained({ datasets }, job({}))).not.toThrow();
  await expect(() => demandTrained({ datasets }, job({ state: 'open' }))).toThrowWithCode('wrong_state');
  await expect(() => demandTrained({ datasets: [] }, job({}))).toThrowWithCode('invalid_argument');
});

test('a fine-tuning begins with the parameters in which its parent ended', async () => {
  expect(() => demandDerived('fine_tuning', child, parent, 'GuildMSP')).not.toThrow();
  await expect(() => demandDerived('fine_tuning', job({}), parent, 'GuildMSP')).toThrowWithCode('digest_mismatch', {
    began: BEGUN,
    parent: ENDED,
  });
  const open = { ...parent, job: job({ result: undefined }) };
  await expect(() => demandDerived('fine_tuning', child, open, 'GuildMSP')).toThrowWithCode('digest_mismatch');
});

test('a quantisation is of its parent’s job', async () => {
  expect(() => demandDerived('quantisation', parent.job, parent, 'LabMSP')).not.toThrow();
  await expect(() => demandDerived('quantisation', child, parent, 'LabMSP')).toThrowWithCode('invalid_argument');
});

test('nobody builds on what was revoked, or on another member’s candidate', async () => {
  const of = (state: ModelVersion['state']) => ({ ...parent, version: version({ state }) });
  await expect(() => demandDerived('fine_tuning', child, of('revoked'), 'LabMSP')).toThrowWithCode('wrong_state');
  await expect(() => demandDerived('fine_tuning', child, of('candidate'), 'GuildMSP')).toThrowWithCode('wrong_state');
  expect(() => demandDerived('fine_tuning', child, of('candidate'), 'LabMSP')).not.toThrow();
  expect(() => demandDerived('fine_tuning', child, of('retired'), 'GuildMSP')).not.toThrow();
});
