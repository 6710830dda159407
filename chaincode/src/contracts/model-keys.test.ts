import { publicKeyOf, sealedSize, sha256Bytes, sha256Hex, type ModelEntry, type RequestOf } from '@llmchain/protocol';
import { operationId } from '../../../test/support/consortium';
import { foreignEntry, sealedEntry } from '../../../test/support/external';
import { identity, type TestIdentity } from '../../../test/support/identities';
import { Serving } from '../../../test/support/serving';

const WORKER = 'compute-worker-1';
const FIRST = sha256Hex('first wrapping key');
const SECOND = sha256Hex('second wrapping key');
const WRAP = { ephemeral: sha256Hex('ephemeral'), wrapped: 'ab'.repeat(48) };

describe('keys of sealed models', () => {
  let serving: Serving;
  let start: Map<string, Uint8Array>;
  let owner: TestIdentity;
  let worker: TestIdentity;
  beforeAll(async () => {
    serving = await Serving.start();
    owner = await identity('LabMSP', { role: 'service' });
    worker = await identity('ComputeMSP', { role: 'service' });
    await serving.staked(0);
    start = serving.snapshot();
  });
  beforeEach(() => {
    serving.restore(start);
  });
  afterAll(() => serving.stop());

  const registers = (entry: ModelEntry) =>
    serving.world.submit(
      'models:register',
      { operationId: operationId(), ...entry },
      { as: serving.consortium.people.trainer },
    );
  const sets = (publicKey = FIRST, as = worker) =>
    serving.world.submit('members:setWrappingKey', { worker: WORKER, publicKey }, { as });
  const revokes = async () =>
    serving.world.submit(
      'members:revokeWrappingKey',
      { worker: WORKER },
      { as: await identity('ComputeMSP', { role: 'operator' }) },
    );
  const reference = { model: 'foreign', version: 1, member: 'ComputeMSP', worker: WORKER };
  const gives = (change: Partial<RequestOf<'models:giveKey'>> = {}, as = owner) =>
    serving.world.submit(
      'models:giveKey',
      { ...reference, publicKey: FIRST, wrap: WRAP, replaces: null, ...change },
      { as },
    );
  const withdraws = () =>
    serving.world.submit('models:withdrawKey', reference, { as: serving.consortium.people.trainer });

  test('are given to a worker’s wrapping key of now, withdrawn, and given again', async () => {
    await registers(sealedEntry());
    await sets();
    expect(await gives()).toMatchObject({ state: 'given', publicKey: FIRST, wrap: WRAP, owner: { member: 'LabMSP' } });
    const withdrawn = await withdraws();
    expect(withdrawn).toMatchObject({ state: 'withdrawn', publicKey: FIRST });
    expect(withdrawn).not.toHaveProperty('wrap');
    expect(await withdraws()).toEqual(withdrawn);
    const { trainer } = serving.consortium.people;
    expect(await gives({ replaces: withdrawn.updatedTx }, trainer)).toMatchObject({ state: 'given', wrap: WRAP });
  });

  test('a key that is withdrawn while it is given anew stays withdrawn', async () => {
    await registers(sealedEntry());
    await sets();
    const { trainer } = serving.consortium.people;
    const seen = await gives();
    await sets(SECOND);
    const anew = { publicKey: SECOND, wrap: { ...WRAP, ephemeral: SECOND, wrapped: 'cd'.repeat(48) } };
    const withdrawn = await withdraws();
    // The gateway's program, by what it saw before and by what it would see now; then people who have not seen it.
    for (const replaces of [seen.updatedTx, withdrawn.updatedTx])
      await expect(gives({ ...anew, replaces })).rejects.toThrowWithCode('wrong_state', { worker: WORKER });
    for (const replaces of [seen.updatedTx, null])
      await expect(gives({ ...anew, replaces }, trainer)).rejects.toThrowWithCode('conflict', {
        found: withdrawn.updatedTx,
      });
    const key = serving.record('model-key', 'foreign', '0000000001', 'ComputeMSP', WORKER);
    expect(key).toEqual(withdrawn);
    expect(await gives({ ...anew, replaces: withdrawn.updatedTx }, trainer)).toMatchObject({ state: 'given' });
  });

  test('a first key takes the place of none, and the same one given twice is one', async () => {
    await registers(sealedEntry());
    await sets();
    await expect(gives({ replaces: 'another' })).rejects.toThrowWithCode('conflict', { found: null });
    const given = await gives();
    expect(await gives()).toEqual(given);
    await expect(gives({ wrap: { ...WRAP, wrapped: 'cd'.repeat(48) } })).rejects.toThrowWithCode('conflict');
  });

  test('are wrapped to no key that the worker had before, and to none that was revoked', async () => {
    await registers(sealedEntry());
    await expect(gives()).rejects.toThrowWithCode('not_found');
    await sets();
    expect(await sets()).toMatchObject({ publicKey: FIRST, state: 'active' });
    await sets(SECOND);
    await expect(gives()).rejects.toThrowWithCode('conflict');
    expect(await gives({ publicKey: SECOND })).toMatchObject({ publicKey: SECOND });
    expect(await revokes()).toMatchObject({ state: 'revoked' });
    expect(await revokes()).toMatchObject({ state: 'revoked' });
    await expect(gives({ publicKey: SECOND })).rejects.toThrowWithCode('wrong_state');
    await expect(sets(SECOND)).rejects.toThrowWithCode('wrong_state');
    expect(await sets(FIRST)).toMatchObject({ state: 'active' });
  });

  test('a worker’s wrapping key is its own member’s to set, and of no gateway', async () => {
    await expect(sets(FIRST, owner)).rejects.toThrowWithCode('not_authorised');
    const signer = {
      operationId: operationId(),
      signer: 'a-gateway',
      kind: 'gateway' as const,
      publicKey: publicKeyOf(sha256Bytes('key')),
    };
    await serving.world.submit('members:registerSigner', signer, { as: worker });
    const set = { worker: 'a-gateway', publicKey: FIRST };
    await expect(serving.world.submit('members:setWrappingKey', set, { as: worker })).rejects.toThrowWithCode(
      'wrong_state',
    );
  });

  test('are the owner’s to give, of sealed versions alone, and to the pool', async () => {
    await registers(sealedEntry({ pool: ['GuildMSP', 'ArchiveMSP', 'ComputeMSP'] }));
    await sets();
    await expect(gives({}, worker)).rejects.toThrowWithCode('not_authorised');
    await expect(gives({ model: 'poet' })).rejects.toThrowWithCode('wrong_state');
    await gives();
    await registers(sealedEntry({ version: 2, pool: ['GuildMSP', 'ArchiveMSP'] }));
    await expect(gives({ version: 2 })).rejects.toThrowWithCode('not_authorised');
  });

  const plain = foreignEntry().files[0]!;
  const sealed = { sha256: sha256Hex('sealed'), bytes: sealedSize(plain.bytes) };
  test.each<[string, ModelEntry]>([
    ['a pool without sealed files', foreignEntry({ pool: ['GuildMSP'] })],
    ['a stranger in the pool', sealedEntry({ pool: ['GuildMSP', 'ArchiveMSP', 'PressMSP'] })],
    ['too few who could verify', sealedEntry({ pool: ['GuildMSP'] })],
    ['the owner alone', sealedEntry({ pool: ['LabMSP'] })],
    ['another size than the layout gives', sealedEntry({ files: [{ ...plain, sealed: { ...sealed, bytes: 40 } }] })],
  ])('no version is registered with %s', async (_, entry) => {
    await expect(registers(entry)).rejects.toThrowWithCode('invalid_argument');
    expect(serving.world.state.size).toBe(start.size);
  });
});
