import { accountOwner, type Owner } from '@llmchain/protocol';
import { Info, Returns, Transaction } from 'fabric-contract-api';
import { Erasures } from '../ledger/erasures';
import { Disputes } from '../ledger/disputes';
import { Licences } from '../ledger/licences';
import { Resemblances } from '../ledger/resemblances';
import { Sales } from '../ledger/sales';
import { Works, type Demand } from '../ledger/works';
import { demandAccount, demandHolder, ownerOf } from '../rules/authority';
import { LedgerContext } from './context';
import { LedgerContract } from './contract';

@Info({ title: 'artworks', description: 'Works, their authors, what they allow; licences, sales and disputes' })
export class ArtworksContract extends LedgerContract {
  constructor() {
    super('artworks');
  }

  @Transaction()
  @Returns('string')
  async register(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('artworks:register', request);
    return ctx.once('artworks:register', decoded, async () => ({
      works: await new Works(ctx).register(decoded.works, ownerOf(ctx.invoker), own(ctx)),
    }));
  }

  @Transaction()
  @Returns('string')
  async setPreference(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('artworks:setPreference', request);
    return ctx.once('artworks:setPreference', decoded, async () => {
      const [work] = await new Works(ctx).prefer([decoded], own(ctx));
      return work!;
    });
  }

  @Transaction()
  @Returns('string')
  async setPreferences(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('artworks:setPreferences', request);
    return ctx.once('artworks:setPreferences', decoded, async () => {
      const works = await new Works(ctx).prefer(decoded.changes, own(ctx));
      return { works: works.map(({ sha256 }) => sha256) };
    });
  }

  @Transaction()
  @Returns('string')
  async withdraw(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('artworks:withdraw', request);
    return ctx.once('artworks:withdraw', decoded, () => new Works(ctx).withdraw(decoded.work, own(ctx)));
  }

  @Transaction()
  @Returns('string')
  async erase(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('artworks:erase', request);
    return ctx.once('artworks:erase', decoded, () => new Erasures(ctx).ask(decoded.work, own(ctx)));
  }

  /** Idempotent by the attestation's state. */
  @Transaction()
  @Returns('string')
  async attest(ctx: LedgerContext, request: string): Promise<string> {
    const entry = this.decode('artworks:attest', request);
    await ctx.authorise('artworks:attest');
    return this.answer('artworks:attest', await new Erasures(ctx).attest(entry, ctx.invoker.member));
  }

  /** Idempotent by the resemblance's state. */
  @Transaction()
  @Returns('string')
  async flag(ctx: LedgerContext, request: string): Promise<string> {
    const { work, other } = this.decode('artworks:flag', request);
    await ctx.authorise('artworks:flag');
    return this.answer('artworks:flag', await new Resemblances(ctx).flag(work, other, ctx.invoker.member));
  }

  @Transaction()
  @Returns('string')
  async offerLicence(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('artworks:offerLicence', request);
    const { operationId: _, ...entry } = decoded;
    return ctx.once('artworks:offerLicence', decoded, () =>
      new Licences(ctx).offer(entry, ownerOf(ctx.invoker), own(ctx)),
    );
  }

  @Transaction()
  @Returns('string')
  async acceptLicence(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('artworks:acceptLicence', request);
    return ctx.once('artworks:acceptLicence', decoded, () =>
      new Licences(ctx).accept(decoded.licence, ctx.invoker.member, decoded.terms),
    );
  }

  @Transaction()
  @Returns('string')
  async revokeLicence(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('artworks:revokeLicence', request);
    return ctx.once('artworks:revokeLicence', decoded, () => new Licences(ctx).revoke(decoded.licence, own(ctx)));
  }

  /** Idempotent by the licence's state. */
  @Transaction()
  @Returns('string')
  async expireLicence(ctx: LedgerContext, request: string): Promise<string> {
    const { licence } = this.decode('artworks:expireLicence', request);
    await ctx.authorise('artworks:expireLicence');
    return this.answer('artworks:expireLicence', await new Licences(ctx).expire(licence));
  }

  @Transaction()
  @Returns('string')
  async offerSale(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('artworks:offerSale', request);
    const { operationId: _, ...entry } = decoded;
    return ctx.once('artworks:offerSale', decoded, () => {
      demandAccount(ctx.invoker, entry.seller, accountOwner(entry.seller));
      return new Sales(ctx).offer(entry, own(ctx));
    });
  }

  @Transaction()
  @Returns('string')
  async withdrawSale(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('artworks:withdrawSale', request);
    return ctx.once('artworks:withdrawSale', decoded, () => new Sales(ctx).withdraw(decoded.sale, own(ctx)));
  }

  @Transaction()
  @Returns('string')
  async buy(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('artworks:buy', request);
    return ctx.once('artworks:buy', decoded, () => {
      demandAccount(ctx.invoker, decoded.account, accountOwner(decoded.account));
      return new Sales(ctx).buy(decoded.sale, decoded.account);
    });
  }

  @Transaction()
  @Returns('string')
  async openDispute(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('artworks:openDispute', request);
    const { operationId: _, ...entry } = decoded;
    return ctx.once('artworks:openDispute', decoded, () => new Disputes(ctx).open(entry, ownerOf(ctx.invoker)));
  }

  @Transaction()
  @Returns('string')
  async dropDispute(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('artworks:dropDispute', request);
    return ctx.once('artworks:dropDispute', decoded, () => new Disputes(ctx).drop(decoded.dispute, own(ctx)));
  }
}

function own(ctx: LedgerContext): Demand {
  return (owner: Owner, what: string) => {
    demandHolder(ctx.invoker, owner, what);
  };
}
