import { sha256Hex, UNDISCLOSED, type External, type ModelVersion, type TrainingJob } from '@llmchain/protocol';
import { classOf, demandAdmitted, demandDerived, demandParent, demandSameOrigin, demandTrained } from './model-lineage';

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
const external: External = {
  source: 'pkg:pypi/foreign@1.0',
  upstream: sha256Hex('foreign'),
  licence: 'Apache-2.0',
  trainingData: UNDISCLOSED,
};

test('what comes from an external version is external, however it was made', () => {
  expect(classOf({}, undefined)).toBe('consortium');
  expect(classOf({}, { class: 'consortium' })).toBe('consortium');
  expect(classOf({}, { class: 'external' })).toBe('external');
  expect(classOf({ external }, undefined)).toBe('external');
  expect(classOf({ external }, { class: 'external' })).toBe('external');
});

test('what is external is admitted unless the members forbid it, and what is not always', async () => {
  const foreign = version({ class: 'external' });
  for (const policy of [{}, { externalModels: 'allowed' as const }])
    expect(() => demandAdmitted(foreign, policy)).not.toThrow();
  const forbidden = { externalModels: 'forbidden' as const };
  expect(() => demandAdmitted(version({}), forbidden)).not.toThrow();
  await expect(() => demandAdmitted(foreign, forbidden)).toThrowWithCode('not_authorised', forbidden);
});

test('a fine-tuning of a version from outside begins with the file that holds its parameters', async () => {
  const from = (digest: string) => ({
    version: version({ class: 'external', external, modelParamsAddress: `sha256/${digest}` }),
    job: undefined,
  });
  expect(() => demandDerived('fine_tuning', child, from(ENDED))).not.toThrow();
  await expect(() => demandDerived('fine_tuning', child, from(BEGUN))).toThrowWithCode('digest_mismatch', {
    began: ENDED,
    parent: BEGUN,
  });
  await expect(() => demandDerived('quantisation', child, from(ENDED))).toThrowWithCode('invalid_argument');
});

test('a quantisation of a version from outside says of its origin what the parent says', async () => {
  const rounded = { ...external, conversion: { importer: 'gguf', weights: 'int8' } };
  expect(() => demandSameOrigin(rounded, version({ external }))).not.toThrow();
  const full = { ...external, conversion: { importer: 'gguf', weights: 'fp32' } };
  expect(() => demandSameOrigin(rounded, version({ external: full }))).not.toThrow();
  for (const change of [{ licence: 'MIT' }, { upstream: BEGUN }, { trainingData: 'poems' }, { source: 'pkg:npm/x@1' }])
    await expect(() => demandSameOrigin({ ...rounded, ...change }, version({ external }))).toThrowWithCode(
      'invalid_argument',
    );
  await expect(() => demandSameOrigin(rounded, version({}))).toThrowWithCode('invalid_argument');
});

test('a version is of a completed job, and of its datasets', async () => {
  expect(() => demandTrained({ datasets }, job({}))).not.toThrow();
  await expect(() => demandTrained({ datasets }, job({ state: 'open' }))).toThrowWithCode('wrong_state');
  await expect(() => demandTrained({ datasets: [] }, job({}))).toThrowWithCode('invalid_argument');
});

test('a fine-tuning begins with the parameters in which its parent ended', async () => {
  expect(() => demandDerived('fine_tuning', child, parent)).not.toThrow();
  await expect(() => demandDerived('fine_tuning', job({}), parent)).toThrowWithCode('digest_mismatch', {
    began: BEGUN,
    parent: ENDED,
  });
  const open = { ...parent, job: job({ result: undefined }) };
  await expect(() => demandDerived('fine_tuning', child, open)).toThrowWithCode('digest_mismatch');
});

test('a quantisation is of its parent’s job', async () => {
  expect(() => demandDerived('quantisation', parent.job, parent)).not.toThrow();
  await expect(() => demandDerived('quantisation', child, parent)).toThrowWithCode('invalid_argument');
});

test('nobody builds on what was revoked, or on another member’s candidate', async () => {
  const of = (state: ModelVersion['state']) => version({ state });
  await expect(() => demandParent(of('revoked'), 'LabMSP')).toThrowWithCode('wrong_state');
  await expect(() => demandParent(of('candidate'), 'GuildMSP')).toThrowWithCode('wrong_state');
  expect(() => demandParent(of('candidate'), 'LabMSP')).not.toThrow();
  expect(() => demandParent(of('retired'), 'GuildMSP')).not.toThrow();
});
