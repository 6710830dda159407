import { compositeKey, LlmchainError, ordinal, type Batch } from '@llmchain/protocol';
import { Producing } from '../../test/support/gateway-producing';
import { TestPostgres } from '../../test/support/postgres';

describe('batches of whose electorate a member has left', () => {
  let postgres: TestPostgres;
  let producing: Producing;
  beforeAll(async () => {
    postgres = await TestPostgres.start();
  }, 30_000);
  afterAll(() => postgres.stop());
  beforeEach(async () => {
    producing = await Producing.start(postgres);
    const press = { member: 'AtelierMSP', name: 'atelier' };
    const { consortium } = producing.consortium;
    await consortium.decide('in', { kind: 'join', member: press });
    await producing.produces(1);
    await consortium.decide('out', { kind: 'leave', member: press.member, reason: 'moved' });
  });
  afterEach(() => producing.stop());

  const REMAINING = ['ArchiveMSP', 'GuildMSP', 'LabMSP'];
  const batch = (): Batch => {
    const { state } = producing.consortium.consortium.world;
    const value = state.get(compositeKey('batch', ['ComputeMSP', ordinal(1)]))!;
    return JSON.parse(Buffer.from(value).toString()) as Batch;
  };
  const names = () =>
    producing.consortium.ledger.submitted.map(({ name }) => name).filter((name) => name.endsWith('Batch'));

  test('its producer has it rotated before one that left is named, and then decided', async () => {
    expect(batch().electorate).toEqual(['ArchiveMSP', 'AtelierMSP', 'GuildMSP', 'LabMSP']);
    await producing.decides();
    expect(names()).toEqual([
      'inference:anchorBatch',
      'inference:acceptBatch',
      'inference:rotateBatch',
      'inference:acceptBatch',
    ]);
    expect(batch()).toMatchObject({ state: 'accepted', electorate: REMAINING, verifiers: ['GuildMSP', 'LabMSP'] });
  });

  test('a rival has it rotated when nobody else does, once, by those who are still members', async () => {
    const { archive, consortium } = producing;
    for (const member of REMAINING) consortium.ledger.opinions.set(member, 'pending');
    await producing.watches(archive);
    expect(batch().electorate).toContain('AtelierMSP');
    await producing.watches(archive, Date.now() + 20_000);
    expect(batch()).toMatchObject({ state: 'anchored', electorate: REMAINING });
    await producing.watches(archive, Date.now() + 20_000);
    const rotations = consortium.ledger.submitted.filter(({ name }) => name === 'inference:rotateBatch');
    expect(rotations.map(({ endorsers }) => endorsers)).toEqual([['ArchiveMSP', 'GuildMSP']]);
  });

  test('anybody may ask for it over HTTP; where it is not needed nothing changes', async () => {
    const { archive } = producing;
    const { key } = await archive.key('caller', 'reader');
    const path = '/v1/batches/ComputeMSP/1/rotate';
    const { status, body } = await archive.call(key, 'POST', path);
    expect([status, body['electorate']]).toEqual([200, REMAINING]);
    const again = await archive.call(key, 'POST', path);
    expect([again.status, again.body['updatedTx']]).toEqual([200, body['updatedTx']]);
    const none = await archive.call(key, 'POST', '/v1/batches/ComputeMSP/7/rotate');
    expect([none.status, none.body['code']]).toEqual([404, 'not_found']);
  });

  test.each([
    ['once, as when another rotation is in the same block', 1, [200, undefined]],
    ['always', Number.POSITIVE_INFINITY, [409, 'quorum_not_reached']],
  ])('whose endorsements are refused %s', async (_, times, expected) => {
    const { archive, consortium } = producing;
    const { key } = await archive.key('caller', 'reader');
    let refused = 0;
    consortium.ledger.faults.after = (name) => {
      if (name !== 'inference:rotateBatch' || refused >= times) return;
      refused++;
      throw new LlmchainError('quorum_not_reached', 'ENDORSEMENT_POLICY_FAILURE');
    };
    const { status, body } = await archive.call(key, 'POST', '/v1/batches/ComputeMSP/1/rotate');
    expect([status, body['code']]).toEqual(expected);
    expect(refused).toBe(Math.min(times, 3));
    expect(batch()).toMatchObject({ state: 'anchored', electorate: REMAINING });
  });
});
