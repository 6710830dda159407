import { batchId, canonicalJson, LlmchainError, ordinal, type Batch, type BatchEntry } from '@llmchain/protocol';
import { Info, Returns, Transaction } from 'fabric-contract-api';
import { outOfPeers } from '../ledger/key-policy';
import { demandAcceptance } from '../ledger/verifier';
import { demandRole } from '../rules/authority';
import { settle } from '../rules/settlement';
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
    return ctx.once('inference:openSession', decoded, async () => {
      const { session, caller, amount } = decoded;
      const owner = { member: ctx.invoker.member };
      if (await ctx.state.find('session', session))
        throw new LlmchainError('already_registered', `There is a session ${session} already. Choose another id.`, {
          session,
        });
      await ctx.money.spend(`member:${owner.member}`, amount);
      return ctx.state.create('session', [session], {
        session,
        caller,
        escrow: amount,
        reserved: 0,
        state: 'open',
        owner,
      });
    });
  }

  /** Idempotent by its sequence number: the same entry again returns the batch as it stands. */
  @Transaction()
  @Returns('string')
  async anchorBatch(ctx: LedgerContext, request: string): Promise<string> {
    const entry = this.decode('inference:anchorBatch', request);
    const { invoker } = ctx;
    demandRole('inference:anchorBatch', invoker);
    const key = [invoker.member, ordinal(entry.sequence)];
    const known = await ctx.state.find('batch', ...key);
    if (known) return JSON.stringify(repeated(known, entry));
    const { members, verifiersNeeded } = await ctx.state.get('consortium');
    const electorate = members
      .map(({ member }) => member)
      .filter((member) => member !== invoker.member)
      .sort();
    if (electorate.length === members.length)
      throw new LlmchainError('not_authorised', `${invoker.member} is not a member of the consortium.`, {
        member: invoker.member,
      });
    await this.#demandEntry(ctx, invoker.member, entry);
    const batch = batchId(invoker.member, entry.sequence);
    const owner = { member: invoker.member };
    // Made here and protected in the same transaction, so that from now on only the rivals' endorsements change them.
    const policy = outOfPeers(verifiersNeeded, electorate);
    for (const { session, amount } of entry.sessions) {
      const debit = [...key, session];
      await this.#reserve(ctx, session, amount);
      await ctx.state.create('debit', debit, { session, batch, amount, state: 'held', owner });
      await ctx.state.protect('debit', debit, policy);
    }
    await ctx.state.create('batch-mark', key, { root: entry.root, owner });
    await ctx.state.create('settlement', key, {
      batch,
      model: entry.model,
      version: entry.version,
      state: 'pending',
      parts: [],
      pool: 0,
      owner,
    });
    await ctx.state.protect('settlement', key, policy);
    const anchored = await ctx.state.create('batch', key, {
      ...entry,
      batch,
      producer: invoker.member,
      electorate,
      needed: verifiersNeeded,
      state: 'anchored',
      verifiers: [],
      anchored: ctx.now,
      owner,
    });
    await ctx.state.protect('batch', key, policy);
    return this.answer('inference:anchorBatch', anchored);
  }

  /**
   * Endorsed only by members whose own verifier accepted the batch; writes only keys that the anchor made, so their
   * endorsements are enough. Idempotent by the batch's state.
   */
  @Transaction()
  @Returns('string')
  async acceptBatch(ctx: LedgerContext, request: string): Promise<string> {
    const { producer, sequence, verifiers } = this.decode('inference:acceptBatch', request);
    demandRole('inference:acceptBatch', ctx.invoker);
    const key = [producer, ordinal(sequence)];
    const batch = await ctx.state.get('batch', ...key);
    const named = [...new Set(verifiers)].sort();
    if (
      named.length !== verifiers.length ||
      named.length !== batch.needed ||
      named.some((member) => !batch.electorate.includes(member))
    ) {
      throw new LlmchainError(
        'invalid_argument',
        `Name ${batch.needed} different members of ${batch.electorate.join(', ')}.`,
        { electorate: batch.electorate, needed: batch.needed },
      );
    }
    if (batch.state === 'accepted') {
      if (canonicalJson(batch.verifiers) === canonicalJson(named)) return this.answer('inference:acceptBatch', batch);
      throw new LlmchainError('wrong_state', `Batch ${batch.batch} is accepted already.`, {
        verifiers: batch.verifiers,
      });
    }
    if (!named.includes(ctx.endorser))
      throw new LlmchainError(
        'not_authorised',
        `${ctx.endorser} is not named as a verifier of this batch and does not endorse it.`,
        { endorser: ctx.endorser },
      );
    await demandAcceptance(ctx.endorser, batch.batch, batch.root);
    return this.answer('inference:acceptBatch', await this.#accept(ctx, batch, named));
  }

  async #accept(ctx: LedgerContext, batch: Batch, verifiers: string[]): Promise<Batch> {
    const key = [batch.producer, ordinal(batch.sequence)];
    const model = await ctx.state.get('model', batch.model, ordinal(batch.version));
    const contributors = [];
    for (const { dataset, version } of model.datasets) {
      const { owner, tokens } = await ctx.state.get('dataset-version', dataset, ordinal(version));
      contributors.push({ member: owner.member, tokens });
    }
    if (!model.fees)
      throw new LlmchainError('wrong_state', `${batch.model}@${batch.version} has no frozen fee policy.`, {
        model: batch.model,
      });
    const earned = settle({
      amount: batch.amount,
      fees: model.fees,
      producer: batch.producer,
      verifiers,
      modelOwner: model.owner.member,
      contributors,
    });
    const settlement = await ctx.state.get('settlement', ...key);
    await ctx.state.update('settlement', key, { ...settlement, ...earned, state: 'released' });
    for (const { session } of batch.sessions) {
      const debit = await ctx.state.get('debit', ...key, session);
      await ctx.state.update('debit', [...key, session], { ...debit, state: 'spent' });
    }
    return ctx.state.update('batch', key, { ...batch, state: 'accepted', verifiers });
  }

  async #demandEntry(ctx: LedgerContext, producer: string, entry: BatchEntry): Promise<void> {
    const { model, version, sequence, sessions, amount } = entry;
    const { state } = await ctx.state.get('model', model, ordinal(version));
    if (state !== 'approved')
      throw new LlmchainError('wrong_state', `${model}@${version} is ${state}; only approved versions are served.`, {
        model,
        version,
        state,
      });
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

  /** Draws on a session's escrow. @throws {LlmchainError} `insufficient_credits`: what is not prepaid is never settled */
  async #reserve(ctx: LedgerContext, id: string, amount: number): Promise<void> {
    const session = await ctx.state.get('session', id);
    if (session.escrow - session.reserved < amount) {
      throw new LlmchainError(
        'insufficient_credits',
        `Session ${id} has ${session.escrow - session.reserved} micro-credits left, the batch draws ${amount}.`,
        { session: id, available: session.escrow - session.reserved, needed: amount },
      );
    }
    await ctx.state.update('session', [id], { ...session, reserved: session.reserved + amount });
  }
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
