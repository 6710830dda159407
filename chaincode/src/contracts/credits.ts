import { accountOwner, LlmchainError, ordinal, decodeJson, Delta } from '@llmchain/protocol';
import { Info, Returns, Transaction } from 'fabric-contract-api';
import { settleEscrow } from '../ledger/escrow';
import { Rewards } from '../ledger/rewards';
import { demandAccount, demandGatherer } from '../rules/authority';
import { demandEntry, owed } from '../rules/claim';
import type { EscrowOutcome } from '../rules/escrow';
import { LedgerContext } from './context';
import { LedgerContract } from './contract';

/** Most batches that one claim walks over, and most deltas that one answer lists. */
const MOST = 500;

@Info({ title: 'credits', description: 'Integer money: accounts, payments, and what lineage earns' })
export class CreditsContract extends LedgerContract {
  constructor() {
    super('credits');
  }

  @Transaction()
  @Returns('string')
  async transfer(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('credits:transfer', request);
    return ctx.once('credits:transfer', decoded, async () => {
      const { from, to, amount } = decoded;
      demandAccount(ctx.invoker, from, accountOwner(from));
      if (from === to)
        throw new LlmchainError('invalid_argument', 'A transfer needs two different accounts.', { from });
      const balance = await ctx.money.spend(from, amount);
      await ctx.money.pay(to, amount, 'transfer');
      return balance;
    });
  }

  @Transaction()
  @Returns('string')
  async compact(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('credits:compact', request);
    return ctx.once('credits:compact', decoded, async () => {
      const { account, deltas } = decoded;
      demandGatherer(ctx.invoker, account, accountOwner(account));
      if (new Set(deltas).size !== deltas.length)
        throw new LlmchainError('invalid_argument', 'A delta stands twice in the list. Name each once.', {
          issues: [{ pointer: '/deltas', message: 'must not repeat' }],
        });
      let sum = 0;
      for (const id of deltas) {
        const parts = [account, ...id.split('/')];
        sum += (await ctx.state.get('delta', ...parts)).amount;
        await ctx.state.remove('delta', ...parts);
      }
      return ctx.money.deposit(account, sum);
    });
  }

  @Transaction()
  @Returns('string')
  async claim(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('credits:claim', request);
    return ctx.once('credits:claim', decoded, async () => {
      const { payee, producer, model: id, version, upTo, entry, proof } = decoded;
      demandGatherer(ctx.invoker, payee, accountOwner(payee));
      const model = await ctx.state.get('model', id, ordinal(version));
      demandEntry(payee, model.royalty, entry, proof);
      const key = [payee, producer, id, ordinal(version)];
      const before = await ctx.state.find('cursor', ...key);
      const from = before?.next ?? 1;
      if (upTo < from)
        throw new LlmchainError(
          'wrong_state',
          `Everything up to batch ${from - 1} of ${producer} is claimed already.`,
          { next: from },
        );
      if (upTo - from >= MOST)
        throw new LlmchainError(
          'too_large',
          `A claim walks over at most ${MOST} batches; claim up to ${from + MOST - 1} first.`,
          { next: from },
        );
      let amount = 0;
      for (let sequence = from; sequence <= upTo; sequence++) {
        const settlement = await ctx.state.get('settlement', producer, ordinal(sequence));
        if (settlement.model !== id || settlement.version !== version) continue;
        if (settlement.state === 'void') continue;
        if (settlement.state !== 'released')
          throw new LlmchainError(
            'wrong_state',
            `Batch ${settlement.batch} is not settled yet; claim up to ${sequence - 1}.`,
            { batch: settlement.batch, next: from },
          );
        amount += owed(settlement, payee, entry, model.royalty);
      }
      await ctx.money.pay(payee, amount, payee.startsWith('artist:') ? 'royalty' : 'fee');
      const next = {
        payee,
        producer,
        model: id,
        version,
        next: upTo + 1,
        claimed: (before?.claimed ?? 0) + amount,
        paid: amount,
        owner: accountOwner(payee),
      };
      return before ? ctx.state.update('cursor', key, { ...before, ...next }) : ctx.state.create('cursor', key, next);
    });
  }

  @Transaction()
  @Returns('string')
  async escrow(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('credits:escrow', request);
    return ctx.once('credits:escrow', decoded, async () => {
      const { operationId: _, ...entry } = decoded;
      const { escrow, payer, payee, amount } = entry;
      const owner = accountOwner(payer);
      demandAccount(ctx.invoker, payer, owner);
      if (payer === payee)
        throw new LlmchainError('invalid_argument', 'An escrow needs two different accounts.', { payer });
      if (await ctx.state.find('escrow', escrow))
        throw new LlmchainError('already_registered', `There is an escrow ${escrow} already. Choose another id.`, {
          escrow,
        });
      await ctx.money.spend(payer, amount);
      return ctx.state.create('escrow', [escrow], { ...entry, state: 'held', owner });
    });
  }

  @Transaction()
  @Returns('string')
  async release(ctx: LedgerContext, request: string): Promise<string> {
    return this.#settle(ctx, 'credits:release', request, 'released');
  }

  @Transaction()
  @Returns('string')
  async refund(ctx: LedgerContext, request: string): Promise<string> {
    return this.#settle(ctx, 'credits:refund', request, 'refunded');
  }

  @Transaction()
  @Returns('string')
  async fundReward(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('credits:fundReward', request);
    return ctx.once('credits:fundReward', decoded, () => {
      const { operationId: _, ...entry } = decoded;
      demandAccount(ctx.invoker, entry.payer, accountOwner(entry.payer));
      return new Rewards(ctx).fund(entry);
    });
  }

  @Transaction()
  @Returns('string')
  async claimReward(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('credits:claimReward', request);
    return ctx.once('credits:claimReward', decoded, () => {
      demandAccount(ctx.invoker, decoded.payee, accountOwner(decoded.payee));
      return new Rewards(ctx).claim(decoded);
    });
  }

  @Transaction()
  @Returns('string')
  async recoverReward(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('credits:recoverReward', request);
    return ctx.once('credits:recoverReward', decoded, async () => {
      const reward = await ctx.state.get('reward', decoded.reward);
      demandAccount(ctx.invoker, reward.payer, accountOwner(reward.payer));
      return new Rewards(ctx).recover(reward);
    });
  }

  @Transaction(false)
  @Returns('string')
  async account(ctx: LedgerContext, request: string): Promise<string> {
    const { account } = this.decode('credits:account', request);
    const balance = (await ctx.state.find('balance', account))?.amount ?? 0;
    const iterator = await ctx.stub.getStateByPartialCompositeKey('delta', [account]);
    const deltas: string[] = [];
    let waiting = 0;
    let more = false;
    try {
      for (let step = await iterator.next(); !step.done; step = await iterator.next()) {
        if (deltas.length === MOST) {
          more = true;
          break;
        }
        const delta = decodeJson(Delta, Buffer.from(step.value.value).toString('utf8'), 'delta record');
        deltas.push(delta.delta);
        waiting += delta.amount;
      }
    } finally {
      await iterator.close();
    }
    return this.answer('credits:account', { account, balance, waiting, deltas, more });
  }

  /** Who gives an escrow up decides it: the payer in favour of the payee, and the other way round. */
  async #settle(
    ctx: LedgerContext,
    name: 'credits:release' | 'credits:refund',
    request: string,
    outcome: EscrowOutcome,
  ): Promise<string> {
    const decoded = this.decode(name, request);
    return ctx.once(name, decoded, async () => {
      const escrow = await ctx.state.get('escrow', decoded.escrow);
      const decider = outcome === 'released' ? escrow.payer : escrow.payee;
      demandAccount(ctx.invoker, decider, accountOwner(decider));
      return settleEscrow(ctx, escrow, outcome);
    });
  }
}
