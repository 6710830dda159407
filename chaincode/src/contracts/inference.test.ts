import { proveInclusion, publicKeyOf, royaltyLeaves, sha256Bytes, sha256Hex } from '@llmchain/protocol';
import { operationId } from '../../../test/support/consortium';
import { NOW } from '../../../test/support/evidence-world';
import { Serving } from '../../../test/support/serving';

describe('batches, settlement and claims, through the dispatcher of fabric-shim', () => {
  let serving: Serving;
  beforeEach(async () => {
    serving = await Serving.start({ approved: false });
  });
  afterEach(() => serving.stop());

  test('a version that the members have not approved is not served', async () => {
    await expect(serving.anchor()).rejects.toThrowWithCode('wrong_state', { state: 'candidate' });
  });

  describe('of an approved version', () => {
    beforeEach(() => serving.consortium.approvesModel());

    test('an anchor protects batch, settlement and debits, and draws on the session', async () => {
      const anchored = await serving.anchor();
      expect(anchored).toMatchObject({
        batch: 'ComputeMSP/1',
        state: 'anchored',
        electorate: ['ArchiveMSP', 'GuildMSP', 'LabMSP'],
        needed: 2,
      });
      expect(serving.world.protectedTypes()).toEqual(['batch', 'debit', 'settlement']);
      const { record } = await serving.world.submit(
        'ledger:get',
        { type: 'session', parts: ['s1'] },
        { as: serving.consortium.people.lab },
      );
      expect(record).toMatchObject({ escrow: 10_000, reserved: 1_001 });
    });

    test('an identical anchor again changes nothing, another under the same number is refused', async () => {
      const first = await serving.anchor();
      expect(await serving.anchor()).toEqual(first);
      await expect(serving.anchor({ root: sha256Hex('another') })).rejects.toThrowWithCode('conflict');
      await expect(serving.anchor({ sequence: 3 })).rejects.toThrowWithCode('wrong_state');
    });

    test('what is not prepaid is not anchored, nor what the sessions do not pay', async () => {
      await expect(
        serving.anchor({ amount: 10_001, sessions: [{ session: 's1', amount: 10_001 }] }),
      ).rejects.toThrowWithCode('insufficient_credits', { available: 10_000 });
      await expect(serving.anchor({ amount: 2 })).rejects.toThrowWithCode('invalid_argument');
    });

    test('a batch names workers of its producer, each once in their order, with their last orders', async () => {
      const { lab, gateway } = serving.consortium.people;
      const register = (signer: string, kind: 'worker' | 'gateway', as = gateway) =>
        serving.world.submit(
          'members:registerSigner',
          { operationId: operationId(), signer, kind, publicKey: publicKeyOf(sha256Bytes(signer)) },
          { as },
        );
      await register('b-worker', 'worker');
      await register('a-gateway', 'gateway');
      await register('rivals-worker', 'worker', lab);
      const naming = (...workers: string[]) =>
        serving.anchor({ workers: workers.map((worker) => ({ worker, lastOrder: NOW })) });
      await expect(naming()).rejects.toThrowWithCode('invalid_argument');
      await expect(naming('b-worker', 'b-worker')).rejects.toThrowWithCode('invalid_argument');
      await expect(naming('compute-worker-1', 'b-worker')).rejects.toThrowWithCode('invalid_argument');
      await expect(naming('nobody')).rejects.toThrowWithCode('not_found', { worker: 'nobody' });
      await expect(naming('a-gateway')).rejects.toThrowWithCode('not_found', { worker: 'a-gateway' });
      await expect(naming('b-worker', 'rivals-worker')).rejects.toThrowWithCode('not_authorised', {
        worker: 'rivals-worker',
        member: 'LabMSP',
      });
      expect(await naming('b-worker', 'compute-worker-1')).toMatchObject({ state: 'anchored' });
    });

    test.each([
      ['rejects', { verdict: 'reject', reason: 'output_mismatch' } as const, 'not_verified'],
      ['has not finished', { verdict: 'pending' } as const, 'verdict_pending'],
      ['hangs', 'hang' as const, 'verifier_unavailable'],
      ['talks nonsense', 'garbage' as const, 'verifier_unavailable'],
      ['fails', 'error' as const, 'verifier_unavailable'],
      ['hangs up', 'drop' as const, 'verifier_unavailable'],
      ['does not stop talking', 'endless' as const, 'verifier_unavailable'],
      ['talks a byte at a time', 'drip' as const, 'verifier_unavailable'],
    ])('a member whose verifier %s does not endorse', async (_what, answer, code) => {
      await serving.anchor();
      serving.verdicts.answer = answer;
      const asked = Date.now();
      await expect(serving.accept()).rejects.toThrowWithCode(code, { member: 'GuildMSP' });
      // Its time is 300 ms here, and a verdict has some hundred bytes.
      expect(Date.now() - asked).toBeLessThan(5_000);
      expect(serving.verdicts.sent).toBeLessThan(4 * 1024 * 1024);
    });

    test('a member whose verifier was killed does not endorse, and is told so at once', async () => {
      await serving.anchor();
      await serving.verdicts.die();
      await expect(serving.accept()).rejects.toThrowWithCode('verifier_unavailable', { member: 'GuildMSP' });
    });

    test('each verdict is asked for on a connection of its own, since one that was kept may just be closing', async () => {
      await serving.anchor();
      serving.verdicts.answer = { verdict: 'accept' };
      await serving.accept();
      await serving.anchor({ sequence: 2 });
      await serving.accept(undefined, undefined, 2);
      expect(serving.verdicts.connections).toBe(2);
    });

    test('producer and members that are not named do not endorse, whatever their verifier says', async () => {
      await serving.anchor();
      serving.verdicts.answer = { verdict: 'accept' };
      await expect(serving.accept('ComputeMSP', ['GuildMSP', 'LabMSP'])).rejects.toThrowWithCode('not_authorised');
      await expect(serving.accept('ArchiveMSP')).rejects.toThrowWithCode('not_authorised');
      await expect(serving.accept('GuildMSP', ['ComputeMSP', 'GuildMSP'])).rejects.toThrowWithCode('invalid_argument');
      await expect(serving.accept('GuildMSP', ['GuildMSP'])).rejects.toThrowWithCode('invalid_argument');
      await expect(serving.accept('GuildMSP', ['GuildMSP', 'GuildMSP'])).rejects.toThrowWithCode('invalid_argument');
    });

    test('acceptance settles the fee to the last micro-credit, and is idempotent', async () => {
      await serving.anchor();
      serving.verdicts.answer = { verdict: 'accept' };
      const accepted = await serving.accept();
      expect(accepted).toMatchObject({ state: 'accepted', verifiers: ['GuildMSP', 'LabMSP'] });
      expect(await serving.accept()).toEqual(accepted);
      await expect(serving.accept('GuildMSP', ['ArchiveMSP', 'GuildMSP'])).rejects.toThrowWithCode('wrong_state');
      const { record } = await serving.world.submit(
        'ledger:get',
        { type: 'settlement', parts: ['ComputeMSP', '0000000001'] },
        { as: serving.consortium.people.lab },
      );
      const { parts, pool } = record as { parts: { amount: number }[]; pool: number };
      expect(parts.reduce((sum, part) => sum + part.amount, pool)).toBe(1_001);
    });

    test('nothing is paid before acceptance, everything after it, and nothing twice', async () => {
      await serving.anchor();
      await expect(serving.claim('artist:GuildMSP:ann')).rejects.toThrowWithCode('wrong_state');
      serving.verdicts.answer = { verdict: 'accept' };
      await serving.accept();
      const { will, ann, lab, guild, archive, compute } = serving.consortium.people;
      const paid = [
        await serving.claim('artist:GuildMSP:ann', ann),
        await serving.claim('artist:GuildMSP:will', will),
        await serving.claim('member:LabMSP', lab),
        await serving.claim('member:GuildMSP', guild),
        await serving.claim('member:ArchiveMSP', archive),
        await serving.claim('member:ComputeMSP', compute),
      ];
      expect(paid.reduce((sum, cursor) => sum + cursor.claimed, 0)).toBe(1_001);
      await expect(serving.claim('artist:GuildMSP:ann', ann)).rejects.toThrowWithCode('wrong_state', { next: 2 });
      expect((await serving.account('artist:GuildMSP:ann')).waiting).toBe(paid[0]!.claimed);
    });

    test('nobody claims for another, and no forged entry is paid', async () => {
      await serving.anchor();
      serving.verdicts.answer = { verdict: 'accept' };
      await serving.accept();
      await expect(serving.claim('artist:GuildMSP:ann', serving.consortium.people.will)).rejects.toThrowWithCode(
        'not_authorised',
      );
      await expect(serving.claim('member:GuildMSP', serving.consortium.people.ann)).rejects.toThrowWithCode(
        'not_authorised',
      );
      const index = serving.table.findIndex(({ payee }) => payee === 'artist:GuildMSP:ann');
      const forged = { ...serving.table[index]!, share: serving.table[index]!.share * 10 };
      const proof = proveInclusion(royaltyLeaves(serving.table), index);
      await expect(
        serving.world.submit(
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
          { as: serving.consortium.people.ann },
        ),
      ).rejects.toThrowWithCode('digest_mismatch');
    });

    test('compaction moves what came in to the balance once', async () => {
      await serving.anchor();
      serving.verdicts.answer = { verdict: 'accept' };
      await serving.accept();
      const { claimed } = await serving.claim('artist:GuildMSP:ann');
      const { deltas } = await serving.account('artist:GuildMSP:ann');
      const compact = () =>
        serving.world.submit(
          'credits:compact',
          { operationId: operationId(), account: 'artist:GuildMSP:ann', deltas },
          { as: serving.consortium.people.ann },
        );
      expect((await compact()).amount).toBe(claimed);
      await expect(compact()).rejects.toThrowWithCode('not_found');
      expect(await serving.account('artist:GuildMSP:ann')).toMatchObject({ balance: claimed, waiting: 0, deltas: [] });
    });
  });
});
