import {
  batchRoot,
  decode,
  ordinal,
  proveInclusion,
  publicKeyOf,
  receiptLeaves,
  RECORDS,
  royaltyLeaves,
  sha256Bytes,
  sha256Hex,
  turnsOf,
  type Account,
  type Batch,
  type BatchEntry,
  type BatchSilence,
  type ClaimCursor,
  type Fault,
  type FaultEntry,
  type Finding,
  type RecordOf,
  type RecordType,
  type RequestOf,
  type ResultOf,
  type RoyaltyEntry,
  type SignedReceipt,
  compositeKey,
} from '@llmchain/protocol';
import { item, operationId, TestConsortium, work } from './consortium';
import { NOW } from './evidence-world';
import { identity, type TestIdentity } from './identities';
import { receiptOf } from './receipts';
import { Verdicts } from './verdicts';
import type { World } from './world';

/** What the lab's treasury holds before its session is opened. */
export const GRANT = 1_000_000;

/** Which two of the compute provider's three rivals are called upon first to accept one of its batches, sorted. */
export function called(sequence: number): string[] {
  return turnsOf(['ArchiveMSP', 'GuildMSP', 'LabMSP'], sequence, new Set()).slice(0, 2).sort();
}

/**
 * A consortium in memory that serves: `poet@1` of the lab's, trained on works of ann and will, a session `s1` of the
 * lab's with 10,000 micro-credits, `ComputeMSP` as producer, and verifiers that say what a test tells them.
 */
export class Serving {
  private constructor(
    readonly consortium: TestConsortium,
    readonly verdicts: Verdicts,
    readonly table: readonly RoyaltyEntry[],
    private readonly services: ReadonlyMap<string, TestIdentity>,
  ) {}

  static async start({ approved = true } = {}): Promise<Serving> {
    const verdicts = await Verdicts.open();
    const consortium = await TestConsortium.founded();
    const { will, ann, lab } = consortium.people;
    const hers = work('hers', ['ann'], 'allowed');
    const both = work('both of them', ['will', 'ann'], 'allowed');
    await consortium.registers(ann, [hers]);
    await consortium.registers(will, [both]);
    await consortium.seals('verses', 1, [item(hers), item(both)]);
    const table = await consortium.registersModel(
      'verses',
      [hers, both].map((entry) => ({ work: entry, weight: 100, tokens: entry.bytes })),
    );
    if (approved) await consortium.approvesModel();
    const grants = [{ account: 'member:LabMSP' as const, amount: GRANT }];
    await consortium.decide('money', { kind: 'issue', grants, reason: 'start' });
    const open = { operationId: operationId(), session: 's1', caller: 'k1', amount: 10_000 };
    await consortium.world.submit('inference:openSession', open, { as: lab });
    const services = new Map([
      ['LabMSP', await identity('LabMSP', { role: 'service' })],
      ['ComputeMSP', consortium.people.gateway],
    ]);
    const signer = { signer: 'compute-worker-1', kind: 'worker' as const, publicKey: publicKeyOf(sha256Bytes('key')) };
    const registration = { operationId: operationId(), ...signer };
    await consortium.world.submit('members:registerSigner', registration, { as: consortium.people.gateway });
    return new Serving(consortium, verdicts, table, services);
  }

  get world(): World {
    return this.consortium.world;
  }

  batch(change: Partial<BatchEntry> = {}): BatchEntry {
    const { sequence = 1 } = change;
    return {
      sequence,
      model: 'poet',
      version: 1,
      root: sha256Hex(`batch ${sequence}`),
      count: 2,
      promptTokens: 10,
      completionTokens: 20,
      amount: 1_001,
      receipts: `sha256/${sha256Hex('list')}`,
      sessions: [{ session: 's1', amount: 1_001 }],
      workers: [{ worker: 'compute-worker-1', lastOrder: NOW }],
      ...change,
    };
  }

  /** A batch of real receipts, each of which costs a session of its own choice so much. */
  batchOf(
    sequence: number,
    costs: readonly { session: string; amount: number }[],
    change: Partial<BatchEntry> = {},
  ): { entry: BatchEntry; receipts: SignedReceipt[] } {
    const receipts = costs.map((cost, index) => receiptOf(`${sequence}.${index}`, cost));
    const sessions = new Map<string, number>();
    for (const { session, amount } of costs) sessions.set(session, (sessions.get(session) ?? 0) + amount);
    const entry = this.batch({
      sequence,
      root: batchRoot(receipts),
      count: receipts.length,
      amount: costs.reduce((sum, { amount }) => sum + amount, 0),
      sessions: [...sessions].map(([session, amount]) => ({ session, amount })),
      ...change,
    });
    return { entry, receipts };
  }

  /** Puts so much at stake for the compute provider's worker. */
  async staked(amount: number): Promise<void> {
    const { compute } = this.consortium.people;
    const grants = [{ account: 'member:ComputeMSP' as const, amount: GRANT }];
    await this.consortium.decide('for-stakes', { kind: 'issue', grants, reason: 'stakes' });
    if (amount > 0)
      await this.world.submit(
        'inference:stake',
        { operationId: operationId(), worker: 'compute-worker-1', amount },
        { as: compute },
      );
  }

  /** A receipt of a batch as a fault. */
  fault(
    receipts: readonly SignedReceipt[],
    index: number,
    change: Partial<FaultEntry> & Pick<FaultEntry, 'sequence'>,
  ): FaultEntry {
    return {
      producer: 'ComputeMSP',
      receipt: receipts[index]!,
      proof: proveInclusion(receiptLeaves(receipts), index),
      reason: 'output_mismatch',
      evidence: `sha256/${sha256Hex('evidence')}`,
      finders: ['ArchiveMSP', 'GuildMSP', 'LabMSP'],
      ...change,
    };
  }

  report(entry: FaultEntry, endorser = 'GuildMSP', as = this.services.get('LabMSP')!): Promise<Fault> {
    return this.world.submit('inference:reportFault', entry, { as, endorser });
  }

  anchor(change: Partial<BatchEntry> = {}): Promise<Batch> {
    return this.world.submit('inference:anchorBatch', this.batch(change), { as: this.services.get('ComputeMSP')! });
  }

  /** By default by whoever is called upon first, the endorser too if it is said to be named. */
  accept(endorser?: string, verifiers?: readonly string[], sequence = 1): Promise<Batch> {
    const { turns, needed } = this.record('batch', 'ComputeMSP', sequence);
    verifiers ??= turns.slice(0, needed);
    endorser ??= verifiers[0]!;
    const request = { producer: 'ComputeMSP', sequence, verifiers: [...verifiers] };
    return this.world.submit('inference:acceptBatch', request, { as: this.services.get('ComputeMSP')!, endorser });
  }

  /** A member says that its own verifier rejects the batch; endorsed by its own peer. */
  async refuse(member: string, finding: Omit<Finding, 'member'>, { endorser = member, sequence = 1 } = {}) {
    const as = await identity(member, { role: 'service' });
    const request = { producer: 'ComputeMSP', sequence, ...finding };
    return this.world.submit('inference:refuseBatch', request, { as, endorser });
  }

  passOver(member: string, { as = this.services.get('LabMSP')!, sequence = 1 } = {}): Promise<BatchSilence> {
    return this.world.submit('inference:passOver', { producer: 'ComputeMSP', sequence, member }, { as });
  }

  reject(
    findings: Finding[] = ['GuildMSP', 'LabMSP'].map((member) => ({ member, reason: 'output_mismatch' })),
    { endorser = 'GuildMSP', sequence = 1 } = {},
  ): Promise<Batch> {
    const request = { producer: 'ComputeMSP', sequence, findings };
    return this.world.submit('inference:rejectBatch', request, { as: this.services.get('LabMSP')!, endorser });
  }

  expire({ as = this.consortium.people.ann, sequence = 1 } = {}): Promise<Batch> {
    return this.world.submit('inference:expireBatch', { producer: 'ComputeMSP', sequence }, { as });
  }

  reclaim(sequences: readonly number[], as = this.services.get('LabMSP')!): Promise<ResultOf<'inference:reclaim'>> {
    const batches = sequences.map((sequence) => ({ producer: 'ComputeMSP', sequence }));
    return this.world.submit('inference:reclaim', { operationId: operationId(), session: 's1', batches }, { as });
  }

  /** A payee's place in the royalty table, and the proof of it; nothing for one that has none. */
  entryOf(payee: Account): Pick<RequestOf<'credits:claim'>, 'entry' | 'proof'> {
    const index = this.table.findIndex((entry) => entry.payee === payee);
    if (index < 0) return {};
    return { entry: this.table[index]!, proof: proveInclusion(royaltyLeaves(this.table), index) };
  }

  /** Claims up to a batch of the producer's, with the payee's place in the royalty table if it has one. */
  claim(payee: Account, as = this.consortium.people.ann, upTo = 1): Promise<ClaimCursor> {
    const of = { producer: 'ComputeMSP', model: 'poet', version: 1 };
    const request = { operationId: operationId(), payee, ...of, upTo, ...this.entryOf(payee) };
    return this.world.submit('credits:claim', request, { as });
  }

  account(account: Account): Promise<ResultOf<'credits:account'>> {
    return this.world.submit('credits:account', { account }, { as: this.consortium.people.lab });
  }

  record<T extends RecordType>(type: T, ...parts: (string | number)[]): RecordOf<T> {
    const key = compositeKey(
      type,
      parts.map((part) => (typeof part === 'number' ? ordinal(part) : part)),
    );
    const value = this.world.state.get(key);
    if (!value) throw new Error(`there is no ${type} ${parts.join('/')}`);
    return decode(RECORDS[type], JSON.parse(Buffer.from(value).toString('utf8'))) as RecordOf<T>;
  }

  /** What every key holds. */
  snapshot(): Map<string, Uint8Array> {
    return new Map(this.world.state);
  }

  /** Puts the world back to what it was. */
  restore(snapshot: ReadonlyMap<string, Uint8Array>): void {
    this.world.state.clear();
    for (const [key, value] of snapshot) this.world.state.set(key, value);
  }

  async stop(): Promise<void> {
    await this.verdicts.close();
  }
}
