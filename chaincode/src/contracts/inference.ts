import { canonicalJson, LlmchainError, ordinal, type Batch, type BatchEntry, type Owner } from '@llmchain/protocol';
import { Info, Returns, Transaction } from 'fabric-contract-api';
import { BatchMarks } from '../ledger/batch-marks';
import { Batches } from '../ledger/batches';
import { Faults } from '../ledger/faults';
import { Reputations } from '../ledger/reputations';
import { Sessions } from '../ledger/sessions';
import { Stakes } from '../ledger/stakes';
import { Workers } from '../ledger/workers';
import { demandAcceptance, demandFault, demandRejection } from '../ledger/verifier';
import { demandOwner } from '../rules/authority';
import { demandOverdue, demandRefusable, demandSeated, demandVerifiers, departed, undecided } from '../rules/batch';
import { demandAnchorable } from '../rules/model-state';
import { demandCalled, demandSilent, disputed } from '../rules/turns';
import { LedgerContext } from './context';
import { LedgerContract } from './contract';

@Info({ title: 'inference', description: 'Prepaid sessions, and batches that rivals verify before they count' })
export class InferenceContract extends LedgerContract {
  constructor() {
    super('inference');
  }

  @Transaction()
  @Returns('string')
  async openSession(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('inference:openSession', request);
    return ctx.once('inference:openSession', decoded, () =>
      new Sessions(ctx).open(decoded.session, decoded.caller, decoded.amount, { member: ctx.invoker.member }),
    );
  }

  @Transaction()
  @Returns('string')
  async topUpSession(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('inference:topUpSession', request);
    return ctx.once('inference:topUpSession', decoded, () =>
      new Sessions(ctx).topUp(decoded.session, decoded.amount, own(ctx, decoded.session)),
    );
  }

  @Transaction()
  @Returns('string')
  async closeSession(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('inference:closeSession', request);
    return ctx.once('inference:closeSession', decoded, () =>
      new Sessions(ctx).close(decoded.session, own(ctx, decoded.session)),
    );
  }

  @Transaction()
  @Returns('string')
  async reclaim(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('inference:reclaim', request);
    return ctx.once('inference:reclaim', decoded, () =>
      new Sessions(ctx).reclaim(decoded.session, decoded.batches, own(ctx, decoded.session)),
    );
  }

  /** Idempotent by its sequence number: the same entry again returns the batch as it stands. */
  @Transaction()
  @Returns('string')
  async anchorBatch(ctx: LedgerContext, request: string): Promise<string> {
    const entry = this.decode('inference:anchorBatch', request);
    await ctx.authorise('inference:anchorBatch');
    const producer = ctx.invoker.member;
    const batches = new Batches(ctx.state);
    const known = await batches.find({ producer, sequence: entry.sequence });
    if (known) return this.answer('inference:anchorBatch', repeated(known, entry));
    await this.#demandEntry(ctx, producer, entry);
    const sessions = new Sessions(ctx);
    for (const { session, amount } of entry.sessions) await sessions.draw(session, amount);
    const { now } = ctx;
    const silent = await new BatchMarks(ctx.state).lately(producer, entry, now);
    const anchored = await batches.anchor(producer, entry, { consortium: await ctx.consortium(), silent, now });
    return this.answer('inference:anchorBatch', anchored);
  }

  /** Endorsed only by members whose own verifier accepted the batch. Idempotent by the batch's state. */
  @Transaction()
  @Returns('string')
  async acceptBatch(ctx: LedgerContext, request: string): Promise<string> {
    const { verifiers, ...reference } = this.decode('inference:acceptBatch', request);
    await ctx.authorise('inference:acceptBatch');
    const batches = new Batches(ctx.state);
    const batch = await batches.get(reference);
    const named = demandVerifiers(batch, verifiers);
    if (!undecided(batch, { state: 'accepted', verifiers: named })) return this.answer('inference:acceptBatch', batch);
    demandSeated(named, batch, await ctx.consortium());
    const marks = await new BatchMarks(ctx.state).of(batch);
    demandCalled(batch, marks, named);
    demandNamed(ctx, named);
    await demandAcceptance(ctx.endorser, batch, disputed(marks));
    return this.answer('inference:acceptBatch', await batches.accept(batch, named));
  }

  /** Its own peer endorses it only where its own verifier has found just that. Idempotent: the first refusal stands. */
  @Transaction()
  @Returns('string')
  async refuseBatch(ctx: LedgerContext, request: string): Promise<string> {
    const entry = this.decode('inference:refuseBatch', request);
    await ctx.authorise('inference:refuseBatch');
    const { member } = ctx.invoker;
    const batch = await new Batches(ctx.state).get(entry);
    const marks = new BatchMarks(ctx.state);
    const known = await marks.refusalOf(batch, member);
    if (known) return this.answer('inference:refuseBatch', known);
    demandRefusable(batch, member);
    const { reason, receipt } = entry;
    if (ctx.endorser === member)
      await demandRejection(batch, { member, reason, ...(receipt === undefined ? {} : { receipt }) });
    return this.answer('inference:refuseBatch', await marks.refuse(batch, entry, { member, now: ctx.now }));
  }

  @Transaction()
  @Returns('string')
  async passOver(ctx: LedgerContext, request: string): Promise<string> {
    const { member, ...reference } = this.decode('inference:passOver', request);
    await ctx.authorise('inference:passOver');
    const batch = await new Batches(ctx.state).get(reference);
    const marks = new BatchMarks(ctx.state);
    const { refusals, silences } = await marks.of(batch);
    const known = silences.find((silence) => silence.member === member);
    if (known) return this.answer('inference:passOver', known);
    demandSilent(batch, { refusals, silences }, member, ctx.now);
    const by = ctx.invoker.member;
    return this.answer('inference:passOver', await marks.passOver(batch, member, { by, now: ctx.now }));
  }

  /** Endorsed only by members whose own verifier found just what is written in their name. Idempotent by the state. */
  @Transaction()
  @Returns('string')
  async rejectBatch(ctx: LedgerContext, request: string): Promise<string> {
    const { findings, ...reference } = this.decode('inference:rejectBatch', request);
    await ctx.authorise('inference:rejectBatch');
    const batches = new Batches(ctx.state);
    const batch = await batches.get(reference);
    const named = demandVerifiers(
      batch,
      findings.map(({ member }) => member),
    );
    const sorted = named.map((member) => findings.find((finding) => finding.member === member)!);
    if (!undecided(batch, { state: 'rejected', findings: sorted })) return this.answer('inference:rejectBatch', batch);
    demandSeated(named, batch, await ctx.consortium());
    demandNamed(ctx, named);
    await demandRejection(batch, sorted[named.indexOf(ctx.endorser)]!);
    return this.answer('inference:rejectBatch', await batches.reject(batch, sorted));
  }

  /** Idempotent by the batch's state. */
  @Transaction()
  @Returns('string')
  async expireBatch(ctx: LedgerContext, request: string): Promise<string> {
    const reference = this.decode('inference:expireBatch', request);
    await ctx.authorise('inference:expireBatch');
    const batches = new Batches(ctx.state);
    const batch = await batches.get(reference);
    if (!undecided(batch, { state: 'expired' })) return this.answer('inference:expireBatch', batch);
    demandOverdue(batch, ctx.now);
    return this.answer('inference:expireBatch', await batches.expire(batch));
  }

  /** Idempotent: where nobody has left, or the batch is decided, nothing changes. */
  @Transaction()
  @Returns('string')
  async rotateBatch(ctx: LedgerContext, request: string): Promise<string> {
    const reference = this.decode('inference:rotateBatch', request);
    await ctx.authorise('inference:rotateBatch');
    const batches = new Batches(ctx.state);
    const batch = await batches.get(reference);
    const consortium = await ctx.consortium();
    const due = batch.state === 'anchored' && departed(batch, consortium).length > 0;
    return this.answer('inference:rotateBatch', due ? await batches.rotate(batch, consortium) : batch);
  }

  @Transaction()
  @Returns('string')
  async stake(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('inference:stake', request);
    return ctx.once('inference:stake', decoded, () =>
      new Stakes(ctx).raise(decoded.worker, decoded.amount, owned(ctx, `Worker ${decoded.worker}`)),
    );
  }

  @Transaction()
  @Returns('string')
  async unstake(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('inference:unstake', request);
    return ctx.once('inference:unstake', decoded, async () => {
      const { worker, amount, through } = decoded;
      const { stake: terms } = await ctx.consortium();
      const demand = owned(ctx, `The stake of ${worker}`);
      return new Stakes(ctx).announce(worker, amount, { through, now: ctx.now, terms }, demand);
    });
  }

  @Transaction()
  @Returns('string')
  async withdrawStake(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('inference:withdrawStake', request);
    return ctx.once('inference:withdrawStake', decoded, () =>
      new Stakes(ctx).withdraw(decoded.worker, ctx.now, owned(ctx, `The stake of ${decoded.worker}`)),
    );
  }

  /** Idempotent: what is counted is not counted again. */
  @Transaction()
  @Returns('string')
  async tally(ctx: LedgerContext, request: string): Promise<string> {
    const reference = this.decode('inference:tally', request);
    await ctx.authorise('inference:tally');
    return this.answer('inference:tally', await new Reputations(ctx.state).tally(reference));
  }

  /** Endorsed only by members whose own verifier found the same of this receipt. Idempotent: the first report stands. */
  @Transaction()
  @Returns('string')
  async reportFault(ctx: LedgerContext, request: string): Promise<string> {
    const entry = this.decode('inference:reportFault', request);
    await ctx.authorise('inference:reportFault');
    const faults = new Faults(ctx);
    const { batch, id } = await faults.subject(entry);
    const known = await faults.find(entry, id);
    if (known) return this.answer('inference:reportFault', known);
    const consortium = await ctx.consortium();
    demandNamed(ctx, faults.demandDue(batch, entry, consortium));
    const keeper = ctx.invoker.member;
    const evidence = entry.evidence.slice('sha256/'.length);
    await demandFault(ctx.endorser, batch, { receipt: id, reason: entry.reason, evidence, keeper });
    return this.answer('inference:reportFault', await faults.record(entry, batch, id, consortium, keeper));
  }

  async #demandEntry(ctx: LedgerContext, producer: string, entry: BatchEntry): Promise<void> {
    const { model, version, sequence, sessions, amount } = entry;
    demandAnchorable(await ctx.state.get('model', model, ordinal(version)));
    const { stake: terms } = await ctx.consortium();
    const workers = await new Workers(ctx.state).named(producer, entry, ctx.now);
    await new Stakes(ctx).demandVouched(producer, workers, terms);
    if (sequence > 1 && !(await ctx.state.find('batch-mark', producer, ordinal(sequence - 1)))) {
      throw new LlmchainError(
        'wrong_state',
        `Batch ${sequence - 1} of ${producer} is not anchored yet. Anchor batches in order.`,
        { sequence },
      );
    }
    if (new Set(sessions.map(({ session }) => session)).size !== sessions.length)
      throw new LlmchainError('invalid_argument', 'A session stands twice in the batch. Add its amounts up.', {
        issues: [{ pointer: '/sessions', message: 'must name each session once' }],
      });
    const sum = sessions.reduce((total, debit) => total + debit.amount, 0);
    if (sum !== amount)
      throw new LlmchainError(
        'invalid_argument',
        `The sessions pay ${sum}, the batch costs ${amount}. They must be equal.`,
        { sum, amount },
      );
  }
}

function own(ctx: LedgerContext, session: string): (owner: Owner) => void {
  return owned(ctx, `Session ${session}`);
}

function owned(ctx: LedgerContext, what: string): (owner: Owner) => void {
  return (owner) => {
    demandOwner(ctx.invoker, owner, what);
  };
}

/** @throws {LlmchainError} `not_authorised` unless this endorser's member is named */
function demandNamed({ endorser }: LedgerContext, named: readonly string[]): void {
  if (named.includes(endorser)) return;
  throw new LlmchainError(
    'not_authorised',
    `${endorser} is not named as a verifier of this batch and does not endorse it.`,
    { endorser },
  );
}

/** @throws {LlmchainError} `conflict` when the sequence number was taken by another batch */
function repeated(known: Batch, entry: BatchEntry): Batch {
  const same = canonicalJson({ ...known, ...entry }) === canonicalJson(known);
  if (same) return known;
  throw new LlmchainError(
    'conflict',
    `Sequence number ${known.sequence} of ${known.producer} was used for another batch. Take the next one.`,
    { batch: known.batch, root: known.root },
  );
}
