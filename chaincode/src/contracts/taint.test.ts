import type { RequestOf, SubmitName, Taint } from '@llmchain/protocol';
import { item, operationId, TestConsortium, work } from '../../../test/support/consortium';
import type { TestIdentity } from '../../../test/support/identities';

const verse = work('verse', ['will'], 'allowed');
const sibling = work('sibling', ['will'], 'allowed');
const DATASET = { dataset: 'd', version: 1 };
const MODEL = { model: 'poet', version: 1 };
const EDGE = { ...DATASET, page: 0, item: verse.sha256 };

describe('taint moves down the lineage one edge at a time, and lifts the same way', () => {
  let consortium: TestConsortium;
  let submit: <N extends SubmitName>(name: N, request: RequestOf<N>, as?: TestIdentity) => Promise<unknown>;
  const prefers = (preference: object) =>
    submit(
      'artworks:setPreference',
      { operationId: operationId(), work: verse.sha256, preference },
      consortium.people.will,
    );
  beforeEach(async () => {
    consortium = await TestConsortium.founded();
    const { will, ann } = consortium.people;
    submit = (name, request, as = ann) => consortium.world.submit(name, request, { as });
    await consortium.registers(will, [verse, sibling]);
    await consortium.seals('d', 1, [item(verse), item(sibling)]);
    const part = (entry: typeof verse) => ({ work: entry, weight: 100, tokens: entry.bytes });
    await consortium.registersModel('d', [part(verse), part(sibling)]);
    await consortium.approvesModel();
  });

  test('nothing is tainted while consent stands, and nothing is lifted that never was', async () => {
    await expect(submit('datasets:taint', EDGE)).rejects.toThrowWithCode('wrong_state');
    await expect(submit('training:taint', { job: 'job-d' })).rejects.toThrowWithCode('wrong_state');
    await expect(submit('models:taint', MODEL)).rejects.toThrowWithCode('wrong_state');
    await expect(submit('datasets:lift', DATASET)).rejects.toThrowWithCode('not_found');
  });

  test('a withdrawn consent taints dataset, job and model, each by what it rests on', async () => {
    await prefers({});
    await expect(submit('models:taint', MODEL)).rejects.toThrowWithCode('wrong_state');
    await expect(submit('datasets:taint', { ...EDGE, item: sibling.sha256 })).rejects.toThrowWithCode('wrong_state');
    await expect(submit('datasets:taint', { ...EDGE, item: 'f'.repeat(64) })).rejects.toThrowWithCode('wrong_state');
    const first = (await submit('datasets:taint', EDGE)) as Taint;
    expect(first).toMatchObject({
      subject: { kind: 'dataset', ...DATASET },
      cause: { kind: 'work', work: verse.sha256, reason: 'not_allowed' },
      state: 'tainted',
      owner: { member: 'ArchiveMSP' },
    });
    expect(await submit('datasets:taint', EDGE)).toEqual(first);
    expect(await submit('training:taint', { job: 'job-d' })).toMatchObject({ cause: { kind: 'dataset', ...DATASET } });
    expect(await submit('models:taint', MODEL)).toMatchObject({
      state: 'tainted',
      cause: { kind: 'dataset', ...DATASET },
      owner: { member: 'LabMSP' },
    });
    await expect(
      consortium.decide('point', { kind: 'alias', model: 'poet', alias: 'production', version: 1 }),
    ).rejects.toThrowWithCode('tainted');
  });

  test('it lifts from the top down, once the work may be used again', async () => {
    await prefers({});
    await submit('datasets:taint', EDGE);
    await submit('training:taint', { job: 'job-d' });
    await submit('models:taint', MODEL);
    await expect(submit('datasets:lift', DATASET)).rejects.toThrowWithCode('consent_missing', {
      items: [{ item: verse.sha256, reason: 'not_allowed' }],
    });
    await prefers({ generative_training: 'allowed' });
    await expect(submit('models:lift', MODEL)).rejects.toThrowWithCode('tainted');
    expect(await submit('datasets:lift', DATASET)).toMatchObject({ state: 'lifted' });
    await expect(submit('models:lift', MODEL)).rejects.toThrowWithCode('tainted', {
      cause: { kind: 'job', job: 'job-d' },
    });
    expect(await submit('training:lift', { job: 'job-d' })).toMatchObject({ state: 'lifted' });
    expect(await submit('models:lift', MODEL)).toMatchObject({ state: 'lifted' });
    await consortium.decide('point', { kind: 'alias', model: 'poet', alias: 'production', version: 1 });
    await prefers({});
    expect(await submit('datasets:taint', EDGE)).toMatchObject({ state: 'tainted' });
  });
});
