import {
  publicKeyOf,
  sha256Bytes,
  type LlmchainError,
  type Account,
  type Batch,
  type RequestOf,
  type SubmitName,
} from '@llmchain/protocol';
import fc from 'fast-check';
import { Books } from '../../../test/support/books';
import { operationId } from '../../../test/support/consortium';
import { identity, type TestIdentity } from '../../../test/support/identities';
import { Serving } from '../../../test/support/serving';
import type { Endorsed } from '../../../test/support/world';
import { owed } from '../rules/claim';

/** More than a batch waits, milliseconds. */
const LATE = 11 * 60_000;
const PRODUCERS = ['ComputeMSP', 'LabMSP'] as const;
type Producer = (typeof PRODUCERS)[number];
const PAYEES: readonly Account[] = [
  'member:LabMSP',
  'member:GuildMSP',
  'member:ArchiveMSP',
  'member:ComputeMSP',
  'artist:GuildMSP:ann',
  'artist:GuildMSP:will',
];
/** Lists of receipts of the compute member's worker; every third holds one that is not good. */
const LISTS = 9;
const good = (list: number): boolean => list % 3 !== 2;

/** A transaction that somebody wants, as drawn. */
interface Wish {
  kind: 'anchor' | 'accept' | 'reject' | 'expire' | 'reclaim' | 'claim' | 'top up' | 'close';
  producer: Producer;
  /** Draws a list, a batch, a session or a cursor. */
  pick: number;
  payee: Account;
  late: boolean;
}

/** What happens at the same time: all is endorsed before any of it is committed, in this order; then some is sent again. */
interface Round {
  wishes: Wish[];
  again: boolean;
}

const wish: fc.Arbitrary<Wish> = fc.record({
  kind: fc.constantFrom(
    ...(['anchor', 'anchor', 'anchor', 'accept', 'accept', 'reject', 'expire'] as const),
    ...(['reclaim', 'claim', 'claim', 'top up', 'close'] as const),
  ),
  producer: fc.constantFrom(...PRODUCERS),
  pick: fc.nat(),
  payee: fc.constantFrom(...PAYEES),
  late: fc.boolean(),
});
/** Often the same wish of several, as when two gateways propose it at once. */
const wishes = fc.oneof(
  fc.array(wish, { minLength: 1, maxLength: 4 }),
  wish.map((one) => PRODUCERS.map((producer) => ({ ...one, producer }))),
  wish.map((one) => [one, one]),
);
const rounds = fc.array(fc.record<Round>({ wishes, again: fc.boolean() }), {
  minLength: 5,
  maxLength: 40,
  size: 'max',
});

interface Transaction {
  name: SubmitName;
  request: RequestOf<SubmitName>;
  as: TestIdentity;
  late: boolean;
}

const transaction = <N extends SubmitName>(
  name: N,
  request: RequestOf<N>,
  as: TestIdentity,
  late = false,
): Transaction => ({ name, request, as, late });

describe('an answer is paid once', () => {
  let serving: Serving;
  let start: Map<string, Uint8Array>;
  let services: Record<Producer, TestIdentity>;
  let total: number;
  /** What was committed at least once, over all rounds, and what another transaction of the same moment had overtaken. */
  const committed = new Set<SubmitName>();
  const overtaken = new Set<SubmitName>();

  beforeAll(async () => {
    serving = await Serving.start();
    await serving.staked(0);
    const lab = await identity('LabMSP', { role: 'service' });
    services = { ComputeMSP: serving.consortium.people.gateway, LabMSP: lab };
    const signer = { signer: 'lab-worker-1', kind: 'worker' as const, publicKey: publicKeyOf(sha256Bytes('key')) };
    await serving.world.submit('members:registerSigner', { operationId: operationId(), ...signer }, { as: lab });
    process.env.LLMCHAIN_VERIFIER_TIMEOUT_MS = '10000';
    start = serving.snapshot();
    total = new Books(serving.world).total;
  });
  afterAll(() => serving.stop());

  const batchesOf = (producer: Producer): Batch[] =>
    new Books(serving.world)
      .all('batch')
      .map(({ record }) => record)
      .filter((batch) => batch.producer === producer);
  const listOf = ({ root }: Batch): number =>
    Array.from({ length: LISTS }, (_, list) => list).find((list) => entryOf(list).entry.root === root)!;
  const entryOf = (list: number) =>
    serving.batchOf(
      list + 1,
      [list, list + 1].map((at) => ({ session: 's1', amount: 100 + 37 * at })),
    );
  /** What verifiers find: the receipts are good, were ordered from the producer, and stand in no earlier batch of its. */
  const rightful = (batch: Batch): boolean =>
    good(listOf(batch)) &&
    batch.producer === 'ComputeMSP' &&
    batchesOf('ComputeMSP').every(({ root, sequence }) => root !== batch.root || sequence >= batch.sequence);

  function wanted({ kind, producer, pick, payee, late }: Wish): Transaction | undefined {
    const { consortium } = serving;
    const as = services[producer];
    const batches = batchesOf(producer);
    const open = batches.filter(({ state }) => state === 'anchored');
    const batch = (pick % 5 > 0 && open.length > 0 ? open : batches)[pick % Math.max(1, open.length)];
    switch (kind) {
      case 'anchor': {
        const { entry } = entryOf(pick % LISTS);
        const sequence = Math.max(1, batches.length + (pick % 7 > 0 ? 1 : 0));
        const worker = producer === 'ComputeMSP' ? 'compute-worker-1' : 'lab-worker-1';
        const workers = [{ worker, lastOrder: 0 }];
        return transaction('inference:anchorBatch', { ...entry, sequence, workers }, as);
      }
      case 'accept':
        return (
          batch &&
          transaction('inference:acceptBatch', { producer, sequence: batch.sequence, verifiers: calledOf(batch) }, as)
        );
      case 'reject': {
        const findings = ['ArchiveMSP', 'GuildMSP'].map((member) => ({ member, reason: 'ticket_invalid' as const }));
        return batch && transaction('inference:rejectBatch', { producer, sequence: batch.sequence, findings }, as);
      }
      case 'expire':
        return batch && transaction('inference:expireBatch', { producer, sequence: batch.sequence }, as, late);
      case 'reclaim': {
        const released = new Books(serving.world).all('debit').filter(({ record }) => record.state === 'released');
        if (released.length === 0) return undefined;
        const some = released.filter((_, index) => late || index === pick % released.length);
        const named = some.map(({ parts }) => ({ producer: parts[0]!, sequence: Number(parts[1]) }));
        const request = { operationId: operationId(), session: 's1', batches: named };
        return transaction('inference:reclaim', request, consortium.people.lab);
      }
      case 'claim': {
        const upTo = 1 + (pick % (batches.length + 1));
        const of = { operationId: operationId(), payee, producer, model: 'poet', version: 1, upTo };
        return transaction('credits:claim', { ...of, ...serving.entryOf(payee) }, holder(payee));
      }
      case 'top up':
        return transaction(
          'inference:topUpSession',
          { operationId: operationId(), session: 's1', amount: 1 + (pick % 5_000) },
          consortium.people.lab,
        );
      case 'close':
        // Now and then: nothing more can be anchored afterwards.
        if (pick % 6 > 0) return undefined;
        return transaction(
          'inference:closeSession',
          { operationId: operationId(), session: 's1' },
          consortium.people.lab,
        );
    }
  }

  /** Who is called upon to accept a batch that nobody refused; MSP ids. */
  function calledOf({ turns, needed }: Batch): string[] {
    return turns.slice(0, needed).sort();
  }

  function holder(payee: Account): TestIdentity {
    const { lab, guild, archive, compute, ann, will } = serving.consortium.people;
    return [lab, guild, archive, compute, ann, will][PAYEES.indexOf(payee)]!;
  }

  /** @returns undefined when the chaincode refuses it, with a code */
  async function endorsed({ name, request, as, late }: Transaction): Promise<Endorsed | undefined> {
    const endorser = 'verifiers' in request ? request.verifiers[0]! : 'GuildMSP';
    if (name === 'inference:acceptBatch' || name === 'inference:rejectBatch') {
      const { producer, sequence } = request as { producer: Producer; sequence: number };
      const batch = batchesOf(producer).find((each) => each.sequence === sequence)!;
      serving.verdicts.answer = rightful(batch)
        ? { verdict: 'accept' }
        : { verdict: 'reject', reason: 'ticket_invalid' };
    }
    const now = Date.now() + (late ? LATE : 0);
    const clock = jest.spyOn(Date, 'now').mockReturnValue(now);
    try {
      return await serving.world.endorse(name, request, { as, endorser });
    } catch (error) {
      expect((error as LlmchainError).code).toMatch(
        /^(wrong_state|insufficient_credits|not_found|not_verified|invalid_argument|conflict)$/,
      );
      return undefined;
    } finally {
      clock.mockRestore();
    }
  }

  /** @returns whether no transaction of the same moment had overtaken it */
  function commit(name: SubmitName, transaction: Endorsed): boolean {
    try {
      serving.world.commit(transaction);
      committed.add(name);
      return true;
    } catch (error) {
      expect(error).toMatchObject({ code: 'conflict' });
      overtaken.add(name);
      return false;
    }
  }

  /** What holds at any time. */
  function demandPaidOnce(): void {
    const books = new Books(serving.world);
    expect(books.total).toBe(total);
    expect(books.settled).toBe(books.spent);
    const session = serving.record('session', 's1');
    expect(session.reserved).toBe(books.drawn('s1'));
    expect(session.reserved).toBeLessThanOrEqual(session.escrow);
    const accepted = books
      .all('batch')
      .map(({ record }) => record)
      .filter(({ state }) => state === 'accepted');
    expect(new Set(accepted.map(({ root }) => root)).size).toBe(accepted.length);
    expect(accepted.every((batch) => batch.producer === 'ComputeMSP' && good(listOf(batch)))).toBe(true);
    // What a list costs is spent once; the rest is held, waits to be taken back, or was taken back.
    expect(books.spent).toBe(accepted.reduce((sum, { amount }) => sum + amount, 0));
    const royalties = { total: serving.table.reduce((sum, { share }) => sum + share, 0) };
    for (const { record: cursor } of books.all('cursor')) {
      const entry = serving.table.find(({ payee }) => payee === cursor.payee);
      const due = books
        .all('settlement')
        .filter(({ parts: [producer, sequence] }) => producer === cursor.producer && Number(sequence) < cursor.next)
        .filter(({ record }) => record.state === 'released')
        .reduce((sum, { record }) => sum + owed(record, cursor.payee, entry, royalties), 0);
      expect(cursor.claimed).toBe(due);
    }
  }

  test('whoever anchors, decides, claims or takes back at the same time, and however often', async () => {
    await fc.assert(
      fc.asyncProperty(rounds, async (all) => {
        serving.restore(start);
        for (const { wishes: some, again } of all) {
          const sent = some.map(wanted).filter((each) => each !== undefined);
          const proposals: { of: Transaction; endorsed: Endorsed | undefined }[] = [];
          for (const of of sent) proposals.push({ of, endorsed: await endorsed(of) });
          const done = proposals.filter(({ of, endorsed: one }) => one && commit(of.name, one)).map(({ of }) => of);
          demandPaidOnce();
          if (!again) continue;
          // Whoever does not know that it was committed sends it again: nothing changes.
          const before = serving.snapshot();
          for (const of of done) {
            const one = await endorsed(of);
            if (one) commit(of.name, one);
          }
          expect(serving.snapshot()).toEqual(before);
        }
      }),
      { numRuns: 40, interruptAfterTimeLimit: 25_000 },
    );
    const paid = ['inference:acceptBatch', 'inference:expireBatch', 'inference:reclaim', 'credits:claim'] as const;
    expect([...committed]).toEqual(expect.arrayContaining(['inference:anchorBatch', ...paid]));
    expect(overtaken).toContain('inference:anchorBatch');
  }, 120_000);
});
