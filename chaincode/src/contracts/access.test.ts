import { sha256Hex, type Grant, type RequestOf } from '@llmchain/protocol';
import { identity, type TestIdentity } from '../../../test/support/identities';
import { operationId, TestConsortium, work } from '../../../test/support/consortium';

const VERSE = work('a verse', ['ann'], 'constrained');
const NOW = Date.now();

describe('leave to read, and erasure', () => {
  let consortium: TestConsortium;
  let ann: TestIdentity;
  let trainer: TestIdentity;
  let steward: TestIdentity;
  beforeEach(async () => {
    consortium = await TestConsortium.founded();
    ann = consortium.people.ann;
    trainer = await identity('LabMSP', { role: 'trainer' });
    steward = await identity('GuildMSP', { role: 'steward' });
    await consortium.registers(ann, [VERSE]);
  });

  const request = (more: Partial<RequestOf<'access:request'>> = {}, as = trainer, at = NOW): Promise<Grant> =>
    consortium.world.submit(
      'access:request',
      {
        operationId: operationId(),
        grant: 'g1',
        subject: { kind: 'work', work: VERSE.sha256 },
        purpose: 'a concordance',
        until: NOW + 60_000,
        ...more,
      },
      { as, at },
    );
  const decide = (more: Partial<RequestOf<'access:decide'>> = {}, as = ann, at = NOW): Promise<Grant> =>
    consortium.world.submit(
      'access:decide',
      { operationId: operationId(), grant: 'g1', approve: true, ...more },
      { as, at },
    );
  const erase = (as = ann) =>
    consortium.world.submit('artworks:erase', { operationId: operationId(), work: VERSE.sha256 }, { as });

  test('is asked for, given for a shorter time, and taken back', async () => {
    expect(await request()).toMatchObject({ state: 'requested', grantee: 'LabMSP', owner: { member: 'LabMSP' } });
    expect(await decide({ until: NOW + 5_000 })).toMatchObject({ state: 'granted', until: NOW + 5_000 });
    await expect(decide()).rejects.toThrowWithCode('wrong_state', { state: 'granted' });
    const revoke = { operationId: operationId(), grant: 'g1' };
    expect(await consortium.world.submit('access:revoke', revoke, { as: ann })).toMatchObject({ state: 'revoked' });
    const again = { operationId: operationId(), grant: 'g1' };
    await expect(consortium.world.submit('access:revoke', again, { as: ann })).rejects.toThrowWithCode('wrong_state');
  });

  test('is not for oneself, nor for what does not exist, nor for a time that is over', async () => {
    await expect(request({}, steward)).rejects.toThrowWithCode('invalid_argument');
    await expect(request({ until: NOW })).rejects.toThrowWithCode('invalid_argument');
    const nothing = { kind: 'work' as const, work: sha256Hex('nothing') };
    await expect(request({ subject: nothing })).rejects.toThrowWithCode('not_found');
    const unsealed = { kind: 'dataset' as const, dataset: 'verses', version: 9 };
    await expect(request({ subject: unsealed })).rejects.toThrowWithCode('not_found');
    await request();
    await expect(request()).rejects.toThrowWithCode('conflict');
  });

  test('is given by the owner alone, and never for longer than was asked', async () => {
    await request();
    for (const stranger of [trainer, steward, await identity('GuildMSP', { role: 'artist', person: 'will' })])
      await expect(decide({}, stranger)).rejects.toThrowWithCode('not_authorised');
    await expect(decide({ until: null })).rejects.toThrowWithCode('invalid_argument');
    await expect(decide({ until: NOW + 60_001 })).rejects.toThrowWithCode('invalid_argument');
    expect(await decide({ approve: false })).toMatchObject({ state: 'denied' });
  });

  test('ends with time, as anyone may say, and not before', async () => {
    const past = NOW - 200_000;
    await request({ until: past + 100_000 }, trainer, past);
    await decide({}, ann, past);
    const auditor = await identity('ArchiveMSP', { role: 'auditor' });
    const expire = (at: number) => consortium.world.submit('access:expire', { grant: 'g1' }, { as: auditor, at });
    await expect(expire(past + 99_999)).rejects.toThrowWithCode('wrong_state');
    for (let times = 0; times < 2; times++) expect(await expire(NOW)).toMatchObject({ state: 'expired' });
  });

  test('a request that nobody answered in time cannot be granted', async () => {
    const past = NOW - 200_000;
    await request({ until: past + 100_000 }, trainer, past);
    await expect(decide()).rejects.toThrowWithCode('wrong_state', { until: past + 100_000 });
  });

  test('erasure withdraws, is the owner’s alone, and is asked for once', async () => {
    await expect(erase(trainer)).rejects.toThrowWithCode('not_authorised');
    await expect(erase(await identity('GuildMSP', { role: 'artist', person: 'will' }))).rejects.toThrowWithCode(
      'not_authorised',
    );
    expect(await erase()).toMatchObject({ work: VERSE.sha256, owner: { member: 'GuildMSP', person: 'ann' } });
    const get = { type: 'work', parts: [VERSE.sha256] };
    const { record } = await consortium.world.submit('ledger:get', get, { as: ann });
    expect(record).toMatchObject({ state: 'withdrawn' });
    await expect(erase()).rejects.toThrowWithCode('wrong_state');
  });

  describe('attestations', () => {
    let service: TestIdentity;
    const attest = (outcome: 'destroyed' | 'none' | 'retained', licence?: string) =>
      consortium.world.submit(
        'artworks:attest',
        { work: VERSE.sha256, outcome, reads: 1, derived: 0, ...(licence ? { licence } : {}) },
        { as: service },
      );
    beforeEach(async () => {
      service = await identity('LabMSP', { role: 'service' });
    });

    test('follow an erasure, and what is destroyed stays destroyed', async () => {
      await expect(attest('destroyed')).rejects.toThrowWithCode('wrong_state');
      await erase();
      const said = await attest('destroyed');
      expect(said).toMatchObject({ member: 'LabMSP', outcome: 'destroyed', owner: { member: 'LabMSP' } });
      expect(await attest('destroyed')).toEqual(said);
      await expect(attest('none')).rejects.toThrowWithCode('wrong_state', { outcome: 'destroyed' });
    });

    test('of a retained copy need an irrevocable licence in force, and give way to its destruction', async () => {
      const offer = {
        operationId: operationId(),
        works: [VERSE.sha256],
        licensee: 'LabMSP',
        uses: ['generative_training' as const],
        from: 0,
        until: null,
        price: 0,
        weight: 100,
      };
      for (const licence of ['for-good', 'for-now']) {
        const operation = { operationId: operationId() };
        const irrevocable = licence === 'for-good' ? { irrevocable: true } : {};
        await consortium.world.submit(
          'artworks:offerLicence',
          { ...offer, ...operation, licence, ...irrevocable },
          { as: ann },
        );
        const accept = { operationId: operationId(), licence };
        await consortium.world.submit('artworks:acceptLicence', accept, { as: trainer });
      }
      await erase();
      await expect(attest('retained')).rejects.toThrowWithCode('invalid_argument');
      await expect(attest('destroyed', 'for-good')).rejects.toThrowWithCode('invalid_argument');
      await expect(attest('retained', 'for-now')).rejects.toThrowWithCode('not_authorised');
      await expect(attest('retained', 'unknown')).rejects.toThrowWithCode('not_authorised');
      expect(await attest('retained', 'for-good')).toMatchObject({ licence: 'for-good' });
      const gone = await attest('destroyed');
      expect(gone.outcome).toBe('destroyed');
      expect(gone).not.toHaveProperty('licence');
    });
  });
});
