import { sha256Hex, type RequestOf, type SubmitName } from '@llmchain/protocol';
import { item, operationId, TestConsortium, work } from '../../../test/support/consortium';
import type { TestIdentity } from '../../../test/support/identities';

const verse = work('verse', ['will'], 'allowed');
const elegy = work('elegy', ['ann'], 'allowed');
const part = (entry: typeof verse) => ({ work: entry, weight: 100, tokens: entry.bytes });
const FINE_TUNED = { model: 'poet', version: 1, by: 'fine_tuning' as const };
const QUANTISED = { model: 'poet', version: 1, by: 'quantisation' as const };
const CHILD = { model: 'elegist', version: 1 };

describe('versions that are made from others', () => {
  let consortium: TestConsortium;
  let submit: <N extends SubmitName>(name: N, request: RequestOf<N>, as: TestIdentity) => Promise<unknown>;
  const prefers = (preference: object) =>
    submit(
      'artworks:setPreference',
      { operationId: operationId(), work: verse.sha256, preference },
      consortium.people.will,
    );
  const registers = (change: object, works = [part(elegy), part(verse)], dataset = 'e') =>
    consortium.registersModel(dataset, works, { ...CHILD, parent: FINE_TUNED, ...change });
  beforeEach(async () => {
    consortium = await TestConsortium.founded();
    const { will, ann } = consortium.people;
    submit = (name, request, as) => consortium.world.submit(name, request, { as });
    await consortium.registers(will, [verse]);
    await consortium.registers(ann, [elegy]);
    await consortium.seals('d', 1, [item(verse)]);
    await consortium.seals('e', 1, [item(elegy)]);
    await consortium.registersModel('d', [part(verse)]);
    await consortium.approvesModel();
  });

  test('artists of the parent earn by its child, and nobody can leave them out', async () => {
    await expect(registers({}, [part(elegy)])).rejects.toThrowWithCode('digest_mismatch');
  });

  test('a child says what it was made from, how, and is of the parent’s class', async () => {
    await registers({});
    const child = await consortium.world.submit(
      'models:approve',
      { operationId: operationId(), ...CHILD },
      { as: consortium.people.guild },
    );
    expect(child).toMatchObject({ parent: FINE_TUNED, class: 'consortium' });
  });

  test('taint crosses from the parent to its child, and is lifted the same way', async () => {
    await registers({});
    const { ann } = consortium.people;
    await prefers({});
    const approval = { operationId: operationId(), ...CHILD };
    await expect(submit('models:approve', approval, consortium.people.guild)).rejects.toThrowWithCode(
      'consent_missing',
    );
    await expect(submit('models:taint', CHILD, ann)).rejects.toThrowWithCode('wrong_state');
    const edge = { dataset: 'd', version: 1, page: 0, item: verse.sha256 };
    await submit('datasets:taint', edge, ann);
    await submit('models:taint', { model: 'poet', version: 1 }, ann);
    expect(await submit('models:taint', CHILD, ann)).toMatchObject({
      state: 'tainted',
      cause: { kind: 'model', model: 'poet', version: 1 },
    });
    await prefers({ generative_training: 'allowed' });
    await submit('datasets:lift', { dataset: 'd', version: 1 }, ann);
    await expect(submit('models:lift', CHILD, ann)).rejects.toThrowWithCode('tainted');
    await submit('models:lift', { model: 'poet', version: 1 }, ann);
    expect(await submit('models:lift', CHILD, ann)).toMatchObject({ state: 'lifted' });
  });

  test('a child cannot be registered on consent that its parent has lost', async () => {
    await prefers({});
    await expect(registers({})).rejects.toThrowWithCode('consent_missing', {
      items: [{ item: verse.sha256, reason: 'not_allowed' }],
    });
  });

  test('a fine-tuning begins where its parent ended', async () => {
    const digest = sha256Hex('other');
    const { trainer } = consortium.people;
    const plan = { job: 'job-f', purpose: 'verses', datasets: [{ dataset: 'e', version: 1 }], seed: 1, steps: 1 };
    const mathematics = { architecture: { layers: 2 }, graph: digest, tokenizer: digest, initialParameters: digest };
    await submit('training:open', { operationId: operationId(), ...plan, ...mathematics }, trainer);
    const result = { parameters: digest, steps: 1, tokens: 1, initialLoss: 1, finalLoss: 1, heldOutLoss: 1 };
    await submit('training:complete', { operationId: operationId(), job: 'job-f', result }, trainer);
    await expect(registers({ job: 'job-f' })).rejects.toThrowWithCode('digest_mismatch', {
      began: digest,
    });
  });

  test('a quantised version is of its parent’s job', async () => {
    await expect(registers({ parent: QUANTISED })).rejects.toThrowWithCode('invalid_argument', {
      issues: [{ pointer: '/job', message: 'must be job-d' }],
    });
  });

  test('nothing is made from a version that does not exist', async () => {
    const strange = { ...FINE_TUNED, model: 'nobody' };
    await expect(registers({ parent: strange })).rejects.toThrowWithCode('not_found');
  });

  test('nothing is made from a version that was revoked', async () => {
    await consortium.decide('end', { kind: 'revoke', model: 'poet', version: 1, reason: 'no good' });
    await expect(registers({})).rejects.toThrowWithCode('wrong_state', { state: 'revoked' });
  });
});
