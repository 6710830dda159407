import { CONSORTIUM_ACCOUNT, sha256Hex, type ModelEntry } from '@llmchain/protocol';
import { operationId, work } from '../../../test/support/consortium';
import { FOREIGN, foreignEntry } from '../../../test/support/external';
import { Serving } from '../../../test/support/serving';

const TREASURY = CONSORTIUM_ACCOUNT;
const ROUNDED = { model: 'foreign', version: 1, by: 'quantisation' as const };
const TUNED = { model: 'foreign', version: 1, by: 'fine_tuning' as const };

describe('versions from outside', () => {
  let serving: Serving;
  let start: Map<string, Uint8Array>;
  beforeAll(async () => {
    serving = await Serving.start();
    process.env.LLMCHAIN_VERIFIER_TIMEOUT_MS = '10000';
    start = serving.snapshot();
  });
  beforeEach(() => {
    serving.restore(start);
  });
  afterAll(() => serving.stop());

  const people = () => serving.consortium.people;
  const registers = (change: Partial<ModelEntry> = {}, as = people().trainer) =>
    serving.world.submit('models:register', { operationId: operationId(), ...foreignEntry(change) }, { as });
  const approves = async (model = 'foreign') => {
    const { guild, archive, lab } = people();
    for (const as of [guild, archive, lab])
      await serving.world.submit('models:approve', { operationId: operationId(), model, version: 1 }, { as });
    return serving.record('model', model, 1);
  };
  const policy = (externalModels: 'allowed' | 'forbidden') =>
    serving.consortium.decide(`externals-${externalModels}`, { kind: 'policy', terms: { externalModels } });
  const claims = (payee: string, as = people().lab) =>
    serving.world.raw(
      'credits:claim',
      [
        JSON.stringify({
          operationId: operationId(),
          payee,
          producer: 'ComputeMSP',
          model: 'foreign',
          version: 1,
          upTo: 1,
        }),
      ],
      { as },
    ) as Promise<{ paid: number }>;
  const accepted = async (amount: number) => {
    await registers();
    await approves();
    await serving.anchor({ model: 'foreign', amount, sessions: [{ session: 's1', amount }] });
    serving.verdicts.answer = { verdict: 'accept' };
    await serving.accept();
    return serving.record('settlement', 'ComputeMSP', 1);
  };

  test('are registered without job, datasets and royalty table, say where they come from, and are approved like others', async () => {
    expect(await registers()).toMatchObject({ class: 'external', state: 'candidate', external: FOREIGN });
    const { state, fees, job, datasets, royalty } = await approves();
    expect({ state, job, datasets, royalty }).toEqual({ state: 'approved' });
    expect(fees).toMatchObject({ artists: 3_500 });
  });

  test('what artists and givers of data would earn is the consortium’s; the owner earns no more than by a model trained here', async () => {
    const { parts, pool } = await accepted(1_000);
    expect(pool).toBe(0);
    expect(parts).toEqual([
      { account: 'consortium', amount: 400 },
      { account: 'member:ComputeMSP', amount: 300 },
      { account: 'member:GuildMSP', amount: 50 },
      { account: 'member:LabMSP', amount: 250 },
    ]);
  });

  test('any administrator or service collects for the consortium, a vote alone spends it, and nothing is collected twice', async () => {
    await accepted(1_000);
    const { lab, guild, will, gateway } = people();
    await expect(claims(TREASURY, will)).rejects.toThrowWithCode('not_authorised');
    await expect(claims('member:LabMSP', guild)).rejects.toThrowWithCode('not_authorised');
    expect(await claims(TREASURY, gateway)).toMatchObject({ paid: 400 });
    await expect(claims(TREASURY, lab)).rejects.toThrowWithCode('wrong_state');
    expect(await claims('member:LabMSP', lab)).toMatchObject({ paid: 250 });
    const { deltas } = await serving.account(TREASURY);
    const gather = { operationId: operationId(), account: TREASURY, deltas } as const;
    await serving.world.submit('credits:compact', gather, { as: guild });
    const transfer = { operationId: operationId(), from: TREASURY, to: 'member:LabMSP', amount: 1 } as const;
    await expect(serving.world.submit('credits:transfer', transfer, { as: lab })).rejects.toThrowWithCode(
      'not_authorised',
    );
    const payments = [{ account: 'artist:GuildMSP:will' as const, amount: 400 }];
    await serving.consortium.decide('prize', { kind: 'pay', payments, reason: 'a prize' });
    expect(await serving.account(TREASURY)).toMatchObject({ balance: 0, waiting: 0 });
  });

  test('no artist earns by one, with or without an entry of another model’s table', async () => {
    await accepted(1_000);
    await expect(claims('artist:GuildMSP:ann', people().ann)).rejects.toThrowWithCode('invalid_argument');
    const of = { payee: 'artist:GuildMSP:ann', producer: 'ComputeMSP', model: 'foreign', version: 1, upTo: 1 } as const;
    const forged = { operationId: operationId(), ...of, ...serving.entryOf(of.payee) };
    await expect(serving.world.submit('credits:claim', forged, { as: people().ann })).rejects.toThrowWithCode(
      'invalid_argument',
    );
  });

  test.each([
    ['beside a training job', { job: 'job-verses' }, '/job'],
    ['beside datasets', { datasets: [{ dataset: 'verses', version: 1 }] }, '/datasets'],
    ['as a fine-tuning without a job', { parent: TUNED }, '/parent/by'],
  ])('are refused %s', async (_what, change, pointer) => {
    await expect(registers(change)).rejects.toThrowWithCode('invalid_argument', {
      issues: [expect.objectContaining({ pointer })],
    });
  });

  test.each(['job', 'datasets', 'royalty'] as const)('a version that is not one needs its %s', async (field) => {
    const { job, datasets, royalty } = serving.record('model', 'poet', 1);
    const lineage = { job, datasets, royalty, [field]: undefined };
    await expect(registers({ external: undefined, ...lineage })).rejects.toThrowWithCode('invalid_argument', {
      issues: [expect.objectContaining({ pointer: `/${field}` })],
    });
  });

  test.each([
    ['a source that is no package and no address', { source: '/home/me/model.gguf' }],
    ['no licence', { licence: '' }],
    ['a digest of another length', { upstream: 'ab' }],
    ['nothing said of the training data', { trainingData: '' }],
  ])('are refused with %s', async (_what, change) => {
    await expect(registers({ external: { ...FOREIGN, ...change } })).rejects.toThrowWithCode('invalid_argument');
  });

  test('the members forbid them by a vote, and allow them again', async () => {
    await registers();
    await policy('forbidden');
    await expect(registers({ version: 2 })).rejects.toThrowWithCode('not_authorised', { externalModels: 'forbidden' });
    await expect(approves()).rejects.toThrowWithCode('not_authorised');
    expect(serving.record('model', 'foreign', 1).approvals).toEqual([]);
    await policy('allowed');
    expect(await approves()).toMatchObject({ state: 'approved' });
  });

  test('one with rounded weights names the same origin, and is external too', async () => {
    await registers();
    const int8 = { ...FOREIGN, conversion: { importer: 'gguf', weights: 'int8' } };
    const small = { model: 'foreign-int8', parent: ROUNDED };
    await expect(registers({ ...small, external: { ...int8, licence: 'MIT' } })).rejects.toThrowWithCode(
      'invalid_argument',
    );
    await expect(registers({ ...small, parent: { ...ROUNDED, model: 'poet' } })).rejects.toThrowWithCode(
      'invalid_argument',
    );
    expect(await registers({ ...small, external: int8 })).toMatchObject({ class: 'external', parent: ROUNDED });
  });

  test('one that was tuned here has job, datasets and royalties, begins with their parameters, and stays external', async () => {
    await registers();
    const verse = work('verse', ['will'], 'allowed');
    await serving.consortium.registers(people().will, [verse]);
    const item = { digest: verse.sha256, work: verse.sha256, spdx: 'CC0-1.0', bytes: verse.bytes, tokens: verse.bytes };
    await serving.consortium.seals('more', 1, [item]);
    const parameters = sha256Hex('foreign weights');
    const tuned = { model: 'tuned', parent: TUNED };
    await expect(
      serving.consortium.registersModel('more', [{ work: verse, weight: 100, tokens: verse.bytes }], tuned),
    ).rejects.toThrowWithCode('digest_mismatch', { parent: parameters });
    serving.restore(start);
    await registers();
    await serving.consortium.registers(people().will, [verse]);
    await serving.consortium.seals('more', 1, [item]);
    await serving.consortium.registersModel('more', [{ work: verse, weight: 100, tokens: verse.bytes }], tuned, {
      initialParameters: parameters,
    });
    const { class: of, royalty, datasets } = serving.record('model', 'tuned', 1);
    expect({ of, entries: royalty?.entries, datasets }).toEqual({
      of: 'external',
      entries: 1,
      datasets: [{ dataset: 'more', version: 1 }],
    });
    await policy('forbidden');
    await expect(approves('tuned')).rejects.toThrowWithCode('not_authorised');
  });

  test('nothing behind one is tainted: it rests on nothing that the ledger knows', async () => {
    await registers();
    const taint = serving.world.submit('models:taint', { model: 'foreign', version: 1 }, { as: people().ann });
    await expect(taint).rejects.toThrowWithCode('wrong_state');
  });
});
