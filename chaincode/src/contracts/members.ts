import { LlmchainError, type Account, type Motion } from '@llmchain/protocol';
import { Info, Returns, Transaction } from 'fabric-contract-api';
import { voted } from '../rules/vote';
import { LedgerContext } from './context';
import { LedgerContract } from './contract';

@Info({ title: 'members', description: 'The founding, votes of the members, and the keys of their services' })
export class MembersContract extends LedgerContract {
  constructor() {
    super('members');
  }

  @Transaction()
  @Returns('string')
  async propose(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('members:propose', request);
    return ctx.once('members:propose', decoded, async () => {
      const { proposal: id, motion } = decoded;
      if (await ctx.state.find('proposal', id))
        throw new LlmchainError('conflict', `There is a proposal ${id} already. Vote on it or choose another id.`, {
          proposal: id,
        });
      const electorate = await this.#electorate(ctx, motion);
      const { member } = ctx.invoker;
      const draft = voted({ electorate, votes: [], state: 'open' }, member, true);
      if (draft.state === 'enacted') await this.#enact(ctx, motion);
      return ctx.state.create('proposal', [id], { proposal: id, motion, ...draft, owner: { member } });
    });
  }

  @Transaction()
  @Returns('string')
  async vote(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('members:vote', request);
    return ctx.once('members:vote', decoded, async () => {
      const proposal = await ctx.state.get('proposal', decoded.proposal);
      const next = voted(proposal, ctx.invoker.member, decoded.approve);
      if (next.state === 'enacted' && proposal.state === 'open') await this.#enact(ctx, proposal.motion);
      return ctx.state.update('proposal', [decoded.proposal], next);
    });
  }

  @Transaction()
  @Returns('string')
  async registerSigner(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('members:registerSigner', request);
    return ctx.once('members:registerSigner', decoded, async () => {
      const { signer, kind, publicKey } = decoded;
      const owner = { member: ctx.invoker.member };
      const { members } = await ctx.state.get('consortium');
      if (!members.some(({ member }) => member === owner.member))
        throw new LlmchainError('not_authorised', `${owner.member} is not a member of the consortium.`, owner);
      if (await ctx.state.find('signer', signer))
        throw new LlmchainError(
          'already_registered',
          `There is a signer ${signer} already. A new key needs a new id.`,
          { signer },
        );
      return ctx.state.create('signer', [signer], { signer, kind, publicKey, owner });
    });
  }

  /** The founding is voted by those it names, everything else by the members. */
  async #electorate(ctx: LedgerContext, motion: Motion): Promise<string[]> {
    const consortium = await ctx.state.find('consortium');
    if (motion.kind === 'found') {
      if (consortium) throw new LlmchainError('wrong_state', 'The consortium is founded already.');
      const members = motion.charter.members.map(({ member }) => member);
      if (new Set(members).size !== members.length)
        throw new LlmchainError('invalid_argument', 'A member is named twice in the charter.', { members });
      if (motion.charter.verifiersNeeded >= members.length)
        throw new LlmchainError(
          'invalid_argument',
          'A batch cannot need more verifiers than there are rivals of its producer.',
          { members: members.length },
        );
      return members;
    }
    if (!consortium)
      throw new LlmchainError('wrong_state', 'The consortium is not founded yet; propose the founding first.');
    return consortium.members.map(({ member }) => member);
  }

  async #enact(ctx: LedgerContext, motion: Motion): Promise<void> {
    if (motion.kind === 'found') {
      if (await ctx.state.find('consortium'))
        throw new LlmchainError('wrong_state', 'The consortium is founded already.');
      await ctx.state.create('consortium', [], { ...motion.charter, owner: { member: ctx.invoker.member } });
      return;
    }
    // A transaction does not read its own writes, so grants to one account are added up first.
    const sums = new Map<Account, number>();
    for (const { account, amount } of motion.grants) sums.set(account, (sums.get(account) ?? 0) + amount);
    for (const [account, amount] of sums) await ctx.money.deposit(account, amount);
  }
}
