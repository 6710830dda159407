import { Info, Returns, Transaction } from 'fabric-contract-api';
import { Grants } from '../ledger/grants';
import type { Demand } from '../ledger/works';
import { demandHolder } from '../rules/authority';
import { LedgerContext } from './context';
import { LedgerContract } from './contract';

@Info({ title: 'access', description: 'Leave to read works and dataset versions: asked for, given, ended' })
export class AccessContract extends LedgerContract {
  constructor() {
    super('access');
  }

  @Transaction()
  @Returns('string')
  async request(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('access:request', request);
    const { operationId: _, ...entry } = decoded;
    return ctx.once('access:request', decoded, () => new Grants(ctx).request(entry, ctx.invoker.member));
  }

  @Transaction()
  @Returns('string')
  async decide(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('access:decide', request);
    return ctx.once('access:decide', decoded, () => new Grants(ctx).decide(decoded.grant, decoded, held(ctx)));
  }

  @Transaction()
  @Returns('string')
  async revoke(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('access:revoke', request);
    return ctx.once('access:revoke', decoded, () => new Grants(ctx).revoke(decoded.grant, held(ctx)));
  }

  /** Idempotent by the grant's state. */
  @Transaction()
  @Returns('string')
  async expire(ctx: LedgerContext, request: string): Promise<string> {
    const { grant } = this.decode('access:expire', request);
    await ctx.authorise('access:expire');
    return this.answer('access:expire', await new Grants(ctx).expire(grant));
  }
}

function held(ctx: LedgerContext): Demand {
  return (owner, what) => {
    demandHolder(ctx.invoker, owner, what);
  };
}
