import { sha256Hex, type Account, type RequestOf, type SubmitName, type Work } from '@llmchain/protocol';
import { item, operationId, TestConsortium, work } from '../../../test/support/consortium';
import { identity, type TestIdentity } from '../../../test/support/identities';

const WILL: Account = 'artist:GuildMSP:will';
const ANN: Account = 'artist:GuildMSP:ann';
const ARCHIVE: Account = 'member:ArchiveMSP';
const verse = work('verse', ['will'], 'constrained');
const id = verse.sha256;

describe('licences, sales and disputes, through the dispatcher of fabric-shim', () => {
  let consortium: TestConsortium;
  let submit: <N extends SubmitName>(
    name: N,
    request: Omit<RequestOf<N>, 'operationId'>,
    as: TestIdentity,
    at?: number,
  ) => Promise<unknown>;
  beforeEach(async () => {
    consortium = await TestConsortium.founded();
    submit = (name, request, as, at = Date.now()) => {
      const whole = name === 'artworks:expireLicence' ? request : { operationId: operationId(), ...request };
      return consortium.world.submit(name, whole as RequestOf<typeof name>, { as, at });
    };
    await consortium.decide('money', {
      kind: 'issue',
      grants: [ANN, ARCHIVE, 'member:LabMSP' as const].map((account) => ({ account, amount: 1_000 })),
      reason: 'start',
    });
    await consortium.registers(consortium.people.will, [verse]);
  });

  const present = async (): Promise<Work> => {
    const { record } = await consortium.world.submit(
      'ledger:get',
      { type: 'work', parts: [id] },
      { as: consortium.people.lab },
    );
    return record as Work;
  };
  const offer = (licence: string, change: object = {}) => ({
    licence,
    works: [id],
    licensee: '*',
    uses: ['generative_training' as const],
    from: 0,
    until: null,
    price: 0,
    weight: 200,
    ...change,
  });
  const sale = (change: object = {}) => ({
    sale: 's',
    work: id,
    seller: WILL,
    share: 2_500,
    ownership: false,
    price: 400,
    until: null,
    ...change,
  });
  const balance = async (account: Account): Promise<{ balance: number; waiting: number }> =>
    consortium.world.submit('credits:account', { account }, { as: consortium.people.lab });

  test('an exclusive licence shuts others out for its uses, and goes to who took it', async () => {
    const { will, archive, lab } = consortium.people;
    await submit('artworks:offerLicence', offer('one', { exclusive: true, licensee: '*' }), will);
    await submit('artworks:offerLicence', offer('two'), will);
    await submit('artworks:offerLicence', offer('mining', { uses: ['mining'] }), will).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'wrong_state' });
    });
    await expect(submit('artworks:acceptLicence', { licence: 'one' }, archive)).resolves.toMatchObject({
      licensee: 'ArchiveMSP',
      acceptedBy: 'ArchiveMSP',
    });
    await expect(submit('artworks:acceptLicence', { licence: 'two' }, lab)).rejects.toThrowWithCode('wrong_state', {
      licence: 'one',
    });
    await submit('artworks:revokeLicence', { licence: 'one' }, will);
    await submit('artworks:acceptLicence', { licence: 'two' }, lab);
    await submit('artworks:offerLicence', offer('late', { exclusive: true }), will);
    await expect(submit('artworks:acceptLicence', { licence: 'late' }, archive)).rejects.toThrowWithCode(
      'wrong_state',
      { licence: 'two' },
    );
  });

  test('an offer with private terms is accepted by who names them, and one without by who names none', async () => {
    const { will, archive } = consortium.people;
    const terms = 'ab'.repeat(32);
    await submit('artworks:offerLicence', offer('private', { terms }), will);
    await submit('artworks:offerLicence', offer('plain'), will);
    for (const [licence, named] of [
      ['private', {}],
      ['private', { terms: 'cd'.repeat(32) }],
      ['plain', { terms }],
    ] as const)
      await expect(submit('artworks:acceptLicence', { licence, ...named }, archive)).rejects.toThrowWithCode(
        'digest_mismatch',
        { licence, terms: licence === 'private' ? terms : null },
      );
    await submit('artworks:acceptLicence', { licence: 'plain' }, archive);
    expect(await submit('artworks:acceptLicence', { licence: 'private', terms }, archive)).toMatchObject({
      state: 'active',
      terms,
    });
  });

  test('exclusive licences of different countries, uses or times do not collide', async () => {
    const { will, archive, lab } = consortium.people;
    await submit(
      'artworks:setPreference',
      { work: id, preference: { training: 'constrained', generative_training: 'constrained' } },
      will,
    );
    const later = Date.now() + 1_000_000;
    for (const [licence, change, as] of [
      ['de', { exclusive: true, territory: ['DE'], until: later }, archive],
      ['fr', { exclusive: true, territory: ['FR', 'BE'], until: later }, lab],
      ['training', { exclusive: true, uses: ['training'] }, lab],
      ['later', { exclusive: true, from: later }, lab],
    ] as const) {
      await submit('artworks:offerLicence', offer(licence, change), will);
      await submit('artworks:acceptLicence', { licence }, as);
    }
    expect((await present()).licences).toEqual(['de', 'fr', 'training', 'later']);
  });

  test('an irrevocable licence cannot be taken back, and outlives a later preference', async () => {
    const { will, archive } = consortium.people;
    await submit('artworks:offerLicence', offer('for-good', { irrevocable: true }), will);
    await submit('artworks:acceptLicence', { licence: 'for-good' }, archive);
    await expect(submit('artworks:revokeLicence', { licence: 'for-good' }, will)).rejects.toThrowWithCode(
      'wrong_state',
    );
    await submit('artworks:setPreference', { work: id, preference: {} }, will);
    await expect(consortium.seals('d', 1, [item(verse, 'for-good')])).resolves.toBeUndefined();
    await expect(submit('artworks:offerLicence', offer('new'), will)).rejects.toThrowWithCode('wrong_state');
  });

  test('a licence ends with its time: not accepted after it, and expired by anyone', async () => {
    const { will, archive, ann } = consortium.people;
    const past = Date.now() - 200_000;
    for (const licence of ['taken', 'missed'])
      await submit('artworks:offerLicence', offer(licence, { until: past + 100_000 }), will, past);
    await submit('artworks:acceptLicence', { licence: 'taken' }, archive, past);
    await expect(submit('artworks:acceptLicence', { licence: 'missed' }, archive)).rejects.toThrowWithCode(
      'licence_expired',
    );
    await expect(submit('artworks:expireLicence', { licence: 'taken' }, ann, past)).rejects.toThrowWithCode(
      'wrong_state',
    );
    const epoch = async () =>
      (await consortium.world.submit('ledger:get', { type: 'epoch', parts: ['GuildMSP/will'] }, { as: ann })).record;
    expect(await epoch()).toBeNull();
    await expect(submit('artworks:expireLicence', { licence: 'taken' }, ann)).resolves.toMatchObject({
      state: 'expired',
    });
    await expect(submit('artworks:expireLicence', { licence: 'taken' }, ann)).resolves.toMatchObject({
      state: 'expired',
    });
    expect(await epoch()).toMatchObject({ epoch: 1 });
  });

  test('a share is delivered against payment, and the buyer earns by it', async () => {
    const { will, ann } = consortium.people;
    await submit('artworks:offerSale', sale(), will);
    await submit('artworks:buy', { sale: 's', account: ANN }, ann);
    expect(await present()).toMatchObject({
      owner: { member: 'GuildMSP', person: 'will' },
      shares: [
        { holder: WILL, share: 7_500 },
        { holder: ANN, share: 2_500 },
      ],
    });
    expect(await balance(ANN)).toMatchObject({ balance: 600 });
    expect(await balance(WILL)).toMatchObject({ waiting: 400 });
    await expect(
      submit('artworks:buy', { sale: 's', account: ARCHIVE }, consortium.people.archive),
    ).rejects.toThrowWithCode('wrong_state', { state: 'sold' });
  });

  test('a buyer without the money gets nothing, and the seller keeps everything', async () => {
    const { will, ann } = consortium.people;
    await submit('artworks:offerSale', sale({ price: 1_001 }), will);
    const before = await present();
    await expect(submit('artworks:buy', { sale: 's', account: ANN }, ann)).rejects.toThrowWithCode(
      'insufficient_credits',
    );
    expect(await present()).toEqual(before);
    expect(await balance(ANN)).toMatchObject({ balance: 1_000 });
  });

  test('with the ownership goes the word over the work; what was licensed stays licensed', async () => {
    const { will, archive, steward } = consortium.people;
    await submit('artworks:offerLicence', offer('old'), will);
    await submit('artworks:acceptLicence', { licence: 'old' }, archive);
    await submit('artworks:offerLicence', offer('unsigned'), will);
    await submit('artworks:offerSale', sale({ ownership: true, share: 10_000 }), will);
    await submit('artworks:buy', { sale: 's', account: ARCHIVE }, archive);
    expect(await present()).toMatchObject({
      owner: { member: 'ArchiveMSP' },
      formerOwners: [{ member: 'GuildMSP', person: 'will' }],
      shares: [{ holder: ARCHIVE, share: 10_000 }],
      creators: [{ person: 'will', share: 10_000 }],
    });
    await expect(consortium.seals('d', 1, [item(verse, 'old')])).resolves.toBeUndefined();
    await expect(submit('artworks:acceptLicence', { licence: 'unsigned' }, steward)).rejects.toThrowWithCode(
      'wrong_state',
    );
    await expect(submit('artworks:setPreference', { work: id, preference: {} }, will)).rejects.toThrowWithCode(
      'not_authorised',
    );
    await expect(submit('artworks:revokeLicence', { licence: 'old' }, will)).rejects.toThrowWithCode('not_authorised');
    await submit('artworks:revokeLicence', { licence: 'old' }, archive);
  });

  test.each([
    ['a share that the seller does not hold', { seller: ANN, share: 1 }, 'ann', 'wrong_state'],
    ['the ownership of another’s work', { seller: ANN, share: 0, ownership: true }, 'ann', 'not_authorised'],
    ['in the name of another', { seller: WILL }, 'ann', 'not_authorised'],
    ['nothing', { share: 0 }, 'will', 'invalid_argument'],
  ] as const)('nobody sells %s', async (_what, change, who, code) => {
    await expect(submit('artworks:offerSale', sale(change), consortium.people[who])).rejects.toThrowWithCode(code);
  });

  test('an offer to one buyer is nobody else’s, and a withdrawn one is nobody’s', async () => {
    const { will, ann, archive } = consortium.people;
    await submit('artworks:offerSale', sale({ buyer: ARCHIVE }), will);
    await expect(submit('artworks:buy', { sale: 's', account: ANN }, ann)).rejects.toThrowWithCode('not_authorised');
    await expect(submit('artworks:withdrawSale', { sale: 's' }, ann)).rejects.toThrowWithCode('not_authorised');
    await submit('artworks:withdrawSale', { sale: 's' }, will);
    await expect(submit('artworks:buy', { sale: 's', account: ARCHIVE }, archive)).rejects.toThrowWithCode(
      'wrong_state',
    );
  });

  const dispute = { dispute: 'd1', work: id, grounds: 'authorship' as const, evidence: sha256Hex('a letter') };

  test('while a work is disputed nobody may rely on it; a dismissed dispute leaves it as it was', async () => {
    const { will, ann, archive } = consortium.people;
    await submit('artworks:offerLicence', offer('old', { irrevocable: true }), will);
    await submit('artworks:acceptLicence', { licence: 'old' }, archive);
    const before = await present();
    await submit('artworks:openDispute', dispute, ann);
    await expect(consortium.seals('d', 1, [item(verse, 'old')])).rejects.toThrowWithCode('consent_missing', {
      items: [{ item: id, reason: 'disputed' }],
    });
    await expect(submit('artworks:offerSale', sale(), will)).rejects.toThrowWithCode('wrong_state');
    await consortium.decide('no', { kind: 'settleDispute', dispute: 'd1', outcome: 'dismissed', reason: 'no proof' });
    expect(await present()).toMatchObject({ ...before, updatedTx: expect.any(String) as string });
    await expect(consortium.seals('e', 1, [item(verse, 'old')])).resolves.toBeUndefined();
  });

  test('an upheld dispute gives the work to the claimant, or withdraws it', async () => {
    const { ann, archive } = consortium.people;
    await submit('artworks:openDispute', dispute, ann);
    const settle = (proposal: string, motion: object) =>
      consortium.decide(proposal, {
        kind: 'settleDispute',
        dispute: 'd1',
        outcome: 'upheld',
        reason: 'proven',
        ...motion,
      });
    await expect(settle('none', {})).rejects.toThrowWithCode('invalid_argument');
    await expect(settle('stranger', { remedy: { kind: 'transfer', to: ARCHIVE } })).rejects.toThrowWithCode(
      'invalid_argument',
    );
    await settle('hers', { remedy: { kind: 'transfer', to: ANN } });
    expect(await present()).toMatchObject({
      owner: { member: 'GuildMSP', person: 'ann' },
      shares: [{ holder: ANN, share: 10_000 }],
      disputes: [],
    });
    await submit('artworks:openDispute', { ...dispute, dispute: 'd2', grounds: 'infringement' }, archive);
    await consortium.decide('gone', {
      kind: 'settleDispute',
      dispute: 'd2',
      outcome: 'upheld',
      remedy: { kind: 'withdraw' },
      reason: 'a copy',
    });
    expect(await present()).toMatchObject({ state: 'withdrawn', disputes: [] });
  });

  test('an outsider, the owner and a stranger to the dispute are refused', async () => {
    const { will, ann, lab } = consortium.people;
    const outsider = await identity('ShopMSP', { role: 'artist', person: 'eve' });
    await expect(submit('artworks:openDispute', dispute, outsider)).rejects.toThrowWithCode('not_authorised');
    await expect(submit('artworks:openDispute', dispute, will)).rejects.toThrowWithCode('invalid_argument');
    await submit('artworks:openDispute', dispute, ann);
    await expect(submit('artworks:openDispute', dispute, ann)).rejects.toThrowWithCode('conflict');
    await expect(submit('artworks:dropDispute', { dispute: 'd1' }, lab)).rejects.toThrowWithCode('not_authorised');
    await submit('artworks:dropDispute', { dispute: 'd1' }, ann);
    await expect(submit('artworks:dropDispute', { dispute: 'd1' }, ann)).rejects.toThrowWithCode('wrong_state');
    expect((await present()).disputes).toEqual([]);
  });

  test('a new version is its owner’s alone; a signal in the content bounds the preference', async () => {
    const { will, ann } = consortium.people;
    const second = { ...work('verse, second version', ['ann'], 'allowed'), versionOf: id };
    await expect(consortium.registers(ann, [second])).rejects.toThrowWithCode('not_authorised');
    const signals = [
      {
        source: 'iptc' as const,
        digest: sha256Hex('xmp'),
        preference: { generative_training: 'not_allowed' as const },
      },
    ];
    const mine = { ...work('verse, mine', ['will'], 'allowed'), versionOf: id, signals };
    await consortium.registers(will, [mine]);
    await expect(consortium.seals('d', 1, [item(mine)])).rejects.toThrowWithCode('consent_missing', {
      items: [{ item: mine.sha256, reason: 'not_allowed' }],
    });
  });
});
