import { isSoundKey, LlmchainError } from '@llmchain/protocol';
import { Info, Returns, Transaction } from 'fabric-contract-api';
import { electorate } from '../motions/consortium';
import type { Chamber } from '../motions/motion';
import { prepare } from '../motions/prepare';
import { demandOwner } from '../rules/authority';
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
      const enact = await prepare(this.#chamber(ctx, id), motion);
      const { member } = ctx.invoker;
      const draft = voted({ electorate: await electorate(ctx, motion), votes: [], state: 'open' }, member, true);
      if (draft.state === 'enacted') await enact();
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
      if (next.state === 'enacted' && proposal.state === 'open') {
        const enact = await prepare(this.#chamber(ctx, proposal.proposal), proposal.motion);
        await enact();
      }
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
      if (!isSoundKey(publicKey))
        throw new LlmchainError(
          'invalid_argument',
          'The public key is not sound: it is no Ed25519 key that a secret key has. Make a new pair.',
          { signer, publicKey },
        );
      if (await ctx.state.find('signer', signer))
        throw new LlmchainError(
          'already_registered',
          `There is a signer ${signer} already. A new key needs a new id.`,
          { signer },
        );
      return ctx.state.create('signer', [signer], { signer, kind, publicKey, owner });
    });
  }

  /** Idempotent by the key's state. */
  @Transaction()
  @Returns('string')
  async setWrappingKey(ctx: LedgerContext, request: string): Promise<string> {
    const { worker, publicKey } = this.decode('members:setWrappingKey', request);
    await ctx.authorise('members:setWrappingKey');
    const signer = await ctx.state.get('signer', worker);
    demandOwner(ctx.invoker, signer.owner, `Worker ${worker}`);
    if (signer.kind !== 'worker')
      throw new LlmchainError('wrong_state', `${worker} is no worker's signing key. Name a worker.`, { worker });
    const { member } = ctx.invoker;
    const before = await ctx.state.find('wrapping-key', member, worker);
    if (before?.publicKey === publicKey) {
      if (before.state === 'active') return this.answer('members:setWrappingKey', before);
      throw new LlmchainError('wrong_state', `This wrapping key of ${worker} was revoked. Make another.`, { worker });
    }
    const key = { member, worker, publicKey, state: 'active' as const, owner: { member } };
    return this.answer(
      'members:setWrappingKey',
      before
        ? await ctx.state.update('wrapping-key', [member, worker], { ...before, ...key })
        : await ctx.state.create('wrapping-key', [member, worker], key),
    );
  }

  /** Idempotent by the key's state. */
  @Transaction()
  @Returns('string')
  async revokeWrappingKey(ctx: LedgerContext, request: string): Promise<string> {
    const { worker } = this.decode('members:revokeWrappingKey', request);
    await ctx.authorise('members:revokeWrappingKey');
    const { owner } = await ctx.state.get('signer', worker);
    demandOwner(ctx.invoker, owner, `Worker ${worker}`);
    const { member } = owner;
    const before = await ctx.state.get('wrapping-key', member, worker);
    return this.answer(
      'members:revokeWrappingKey',
      before.state === 'revoked'
        ? before
        : await ctx.state.update('wrapping-key', [member, worker], { ...before, state: 'revoked' }),
    );
  }

  #chamber(ctx: LedgerContext, proposal: string): Chamber {
    return { state: ctx.state, money: ctx.money, now: ctx.now, proposal, member: ctx.invoker.member };
  }
}
