import { proveInclusion, royaltyLeaves, sha256Hex, type BatchEntry, type RoyaltyEntry } from '@llmchain/protocol';
import { item, operationId, TestConsortium, work } from '../../../test/support/consortium';
import { Verdicts } from '../../../test/support/verdicts';

const GRANT = 1_000_000;

describe('batches, settlement and claims, through the dispatcher of fabric-shim', () => {
  let consortium: TestConsortium;
  let verdicts: Verdicts;
  let table: RoyaltyEntry[];

  beforeEach(async () => {
    verdicts = await Verdicts.open();
    consortium = await TestConsortium.founded();
    const { will, ann, lab } = consortium.people;
    const hers = work('hers', ['ann'], 'allowed');
    const both = work('both of them', ['will', 'ann'], 'allowed');
    await consortium.registers(ann, [hers]);
    await consortium.registers(will, [both]);
    await consortium.seals('verses', 1, [item(hers), item(both)]);
    table = await consortium.registersModel(
      'verses',
      [hers, both].map((entry) => ({ work: entry, weight: 100, tokens: entry.bytes })),
    );
    await consortium.decide('money', {
      kind: 'issue',
      grants: [{ account: 'member:LabMSP', amount: GRANT }],
      reason: 'start',
    });
    await consortium.world.submit(
      'inference:openSession',
      { operationId: operationId(), session: 's1', caller: 'k1', amount: 10_000 },
      { as: lab },
    );
  });
  afterEach(() => verdicts.close());

  const batch = (change: Partial<BatchEntry> = {}): BatchEntry => ({
    sequence: 1,
    model: 'poet',
    version: 1,
    root: sha256Hex('batch'),
    count: 2,
    promptTokens: 10,
    completionTokens: 20,
    amount: 1_001,
    receipts: `sha256/${sha256Hex('list')}`,
    sessions: [{ session: 's1', amount: 1_001 }],
    ...change,
  });
  const anchor = (change: Partial<BatchEntry> = {}) =>
    consortium.world.submit('inference:anchorBatch', batch(change), { as: consortium.people.gateway });
  const accept = (endorser = 'GuildMSP', verifiers = ['GuildMSP', 'LabMSP']) =>
    consortium.world.submit(
      'inference:acceptBatch',
      { producer: 'ComputeMSP', sequence: 1, verifiers },
      { as: consortium.people.gateway, endorser },
    );
  const account = (name: `member:${string}` | `artist:${string}:${string}`) =>
    consortium.world.submit('credits:account', { account: name }, { as: consortium.people.lab });
  const claim = (payee: `member:${string}` | `artist:${string}:${string}`, as = consortium.people.ann) => {
    const index = table.findIndex((entry) => entry.payee === payee);
    const proof = index < 0 ? {} : { entry: table[index]!, proof: proveInclusion(royaltyLeaves(table), index) };
    return consortium.world.submit(
      'credits:claim',
      { operationId: operationId(), payee, producer: 'ComputeMSP', model: 'poet', version: 1, upTo: 1, ...proof },
      { as },
    );
  };

  test('a version that the members have not approved is not served', async () => {
    await expect(anchor()).rejects.toThrowWithCode('wrong_state', { state: 'candidate' });
  });

  describe('of an approved version', () => {
    beforeEach(() => consortium.approvesModel());

    test('an anchor protects batch, settlement and debits, and draws on the session', async () => {
      const anchored = await anchor();
      expect(anchored).toMatchObject({
        batch: 'ComputeMSP/1',
        state: 'anchored',
        electorate: ['ArchiveMSP', 'GuildMSP', 'LabMSP'],
        needed: 2,
      });
      expect(consortium.world.protectedTypes()).toEqual(['batch', 'debit', 'settlement']);
      const { record } = await consortium.world.submit(
        'ledger:get',
        { type: 'session', parts: ['s1'] },
        { as: consortium.people.lab },
      );
      expect(record).toMatchObject({ escrow: 10_000, reserved: 1_001 });
    });

    test('an identical anchor again changes nothing, another under the same number is refused', async () => {
      const first = await anchor();
      expect(await anchor()).toEqual(first);
      await expect(anchor({ root: sha256Hex('another') })).rejects.toThrowWithCode('conflict');
      await expect(anchor({ sequence: 3 })).rejects.toThrowWithCode('wrong_state');
    });

    test('what is not prepaid is not anchored, nor what the sessions do not pay', async () => {
      await expect(anchor({ amount: 10_001, sessions: [{ session: 's1', amount: 10_001 }] })).rejects.toThrowWithCode(
        'insufficient_credits',
        { available: 10_000 },
      );
      await expect(anchor({ amount: 2 })).rejects.toThrowWithCode('invalid_argument');
    });

    test.each([
      ['rejects', { verdict: 'reject', reason: 'output_mismatch' } as const, 'not_verified'],
      ['has not finished', { verdict: 'pending' } as const, 'verdict_pending'],
      ['hangs', 'hang' as const, 'verifier_unavailable'],
      ['talks nonsense', 'garbage' as const, 'verifier_unavailable'],
      ['fails', 'error' as const, 'verifier_unavailable'],
    ])('a member whose verifier %s does not endorse', async (_what, answer, code) => {
      await anchor();
      verdicts.answer = answer;
      await expect(accept()).rejects.toThrowWithCode(code, { member: 'GuildMSP' });
    });

    test('producer and members that are not named do not endorse, whatever their verifier says', async () => {
      await anchor();
      verdicts.answer = { verdict: 'accept' };
      await expect(accept('ComputeMSP', ['GuildMSP', 'LabMSP'])).rejects.toThrowWithCode('not_authorised');
      await expect(accept('ArchiveMSP')).rejects.toThrowWithCode('not_authorised');
      await expect(accept('GuildMSP', ['ComputeMSP', 'GuildMSP'])).rejects.toThrowWithCode('invalid_argument');
      await expect(accept('GuildMSP', ['GuildMSP'])).rejects.toThrowWithCode('invalid_argument');
      await expect(accept('GuildMSP', ['GuildMSP', 'GuildMSP'])).rejects.toThrowWithCode('invalid_argument');
    });

    test('acceptance settles the fee to the last micro-credit, and is idempotent', async () => {
      await anchor();
      verdicts.answer = { verdict: 'accept' };
      const accepted = await accept();
      expect(accepted).toMatchObject({ state: 'accepted', verifiers: ['GuildMSP', 'LabMSP'] });
      expect(await accept()).toEqual(accepted);
      await expect(accept('GuildMSP', ['ArchiveMSP', 'GuildMSP'])).rejects.toThrowWithCode('wrong_state');
      const { record } = await consortium.world.submit(
        'ledger:get',
        { type: 'settlement', parts: ['ComputeMSP', '0000000001'] },
        { as: consortium.people.lab },
      );
      const { parts, pool } = record as { parts: { amount: number }[]; pool: number };
      expect(parts.reduce((sum, part) => sum + part.amount, pool)).toBe(1_001);
    });

    test('nothing is paid before acceptance, everything after it, and nothing twice', async () => {
      await anchor();
      await expect(claim('artist:GuildMSP:ann')).rejects.toThrowWithCode('wrong_state');
      verdicts.answer = { verdict: 'accept' };
      await accept();
      const { will, ann, lab, guild, archive, compute } = consortium.people;
      const paid = [
        await claim('artist:GuildMSP:ann', ann),
        await claim('artist:GuildMSP:will', will),
        await claim('member:LabMSP', lab),
        await claim('member:GuildMSP', guild),
        await claim('member:ArchiveMSP', archive),
        await claim('member:ComputeMSP', compute),
      ];
      expect(paid.reduce((sum, cursor) => sum + cursor.claimed, 0)).toBe(1_001);
      await expect(claim('artist:GuildMSP:ann', ann)).rejects.toThrowWithCode('wrong_state', { next: 2 });
      expect((await account('artist:GuildMSP:ann')).waiting).toBe(paid[0]!.claimed);
    });

    test('nobody claims for another, and no forged entry is paid', async () => {
      await anchor();
      verdicts.answer = { verdict: 'accept' };
      await accept();
      await expect(claim('artist:GuildMSP:ann', consortium.people.will)).rejects.toThrowWithCode('not_authorised');
      await expect(claim('member:GuildMSP', consortium.people.ann)).rejects.toThrowWithCode('not_authorised');
      const index = table.findIndex(({ payee }) => payee === 'artist:GuildMSP:ann');
      const forged = { ...table[index]!, share: table[index]!.share * 10 };
      const proof = proveInclusion(royaltyLeaves(table), index);
      await expect(
        consortium.world.submit(
          'credits:claim',
          {
            operationId: operationId(),
            payee: 'artist:GuildMSP:ann',
            producer: 'ComputeMSP',
            model: 'poet',
            version: 1,
            upTo: 1,
            entry: forged,
            proof,
          },
          { as: consortium.people.ann },
        ),
      ).rejects.toThrowWithCode('digest_mismatch');
    });

    test('compaction moves what came in to the balance once', async () => {
      await anchor();
      verdicts.answer = { verdict: 'accept' };
      await accept();
      const { claimed } = await claim('artist:GuildMSP:ann');
      const { deltas } = await account('artist:GuildMSP:ann');
      const compact = () =>
        consortium.world.submit(
          'credits:compact',
          { operationId: operationId(), account: 'artist:GuildMSP:ann', deltas },
          { as: consortium.people.ann },
        );
      expect((await compact()).amount).toBe(claimed);
      await expect(compact()).rejects.toThrowWithCode('not_found');
      expect(await account('artist:GuildMSP:ann')).toMatchObject({ balance: claimed, waiting: 0, deltas: [] });
    });
  });
});
