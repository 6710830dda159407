import { datasetSubject, LlmchainError, ordinal } from '@llmchain/protocol';
import { Info, Returns, Transaction } from 'fabric-contract-api';
import { ConsentReader } from '../ledger/consent';
import { DataNodes } from '../ledger/data-nodes';
import { Shards } from '../ledger/shards';
import { Taints } from '../ledger/taints';
import type { Demand } from '../ledger/works';
import { demandOwner } from '../rules/authority';
import { demandOrder, demandWhole, pageRoot } from '../rules/dataset';
import { LedgerContext } from './context';
import { LedgerContract } from './contract';

@Info({ title: 'datasets', description: 'Datasets, whose every item has consent' })
export class DatasetsContract extends LedgerContract {
  constructor() {
    super('datasets');
  }

  @Transaction()
  @Returns('string')
  async create(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('datasets:create', request);
    return ctx.once('datasets:create', decoded, async () => {
      const { operationId: _, ...entry } = decoded;
      if (await ctx.state.find('dataset', entry.dataset))
        throw new LlmchainError(
          'already_registered',
          `There is a dataset ${entry.dataset} already. Add a version to it or choose another id.`,
          { dataset: entry.dataset },
        );
      return ctx.state.create('dataset', [entry.dataset], { ...entry, owner: { member: ctx.invoker.member } });
    });
  }

  @Transaction()
  @Returns('string')
  async addPage(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('datasets:addPage', request);
    return ctx.once('datasets:addPage', decoded, async () => {
      const { dataset, version, index, items } = decoded;
      const key = [dataset, ordinal(version), ordinal(index)];
      const { owner } = await ctx.state.get('dataset', dataset);
      demandOwner(ctx.invoker, owner, `Dataset ${dataset}`);
      demandOrder(items);
      if (await ctx.state.find('dataset-version', dataset, ordinal(version)))
        throw new LlmchainError('wrong_state', `${dataset}@${version} is sealed. Add a new version.`, {
          dataset,
          version,
        });
      const { basis } = await new ConsentReader(ctx.state, ctx.now).demand(items, owner.member);
      const page = { dataset, version, index, root: pageRoot(items), items, consent: basis, owner };
      // Until the version is sealed a page may be sent again: the steward left an item out, or lost an answer.
      const before = await ctx.state.find('dataset-page', ...key);
      const written = await (before
        ? ctx.state.update('dataset-page', key, { ...before, ...page })
        : ctx.state.create('dataset-page', key, page));
      return { root: written.root };
    });
  }

  @Transaction()
  @Returns('string')
  async seal(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('datasets:seal', request);
    return ctx.once('datasets:seal', decoded, async () => {
      const { operationId: _, dataset, version, pages: count, root, ...reports } = decoded;
      const { owner } = await ctx.state.get('dataset', dataset);
      demandOwner(ctx.invoker, owner, `Dataset ${dataset}`);
      if (await ctx.state.find('dataset-version', dataset, ordinal(version)))
        throw new LlmchainError('already_registered', `${dataset}@${version} is sealed already. Add a new version.`, {
          dataset,
          version,
        });
      const consent = new ConsentReader(ctx.state, ctx.now);
      const pages = await consent.firstPages({ dataset, version }, count);
      demandWhole(pages, root);
      for (const page of pages) await consent.demandStill(page, owner.member);
      const items = pages.flatMap((page) => page.items);
      const sum = (of: 'tokens' | 'bytes'): number => items.reduce((total, item) => total + item[of], 0);
      return ctx.state.create('dataset-version', [dataset, ordinal(version)], {
        dataset,
        version,
        root,
        pages: count,
        items: items.length,
        tokens: sum('tokens'),
        bytes: sum('bytes'),
        ...reports,
        owner,
      });
    });
  }

  @Transaction()
  @Returns('string')
  async shard(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('datasets:shard', request);
    return ctx.once('datasets:shard', decoded, async () => {
      const demand: Demand = (owner, what) => {
        demandOwner(ctx.invoker, owner, what);
      };
      return { placement: await new Shards(ctx).place(decoded, demand) };
    });
  }

  @Transaction()
  @Returns('string')
  async registerNode(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('datasets:registerNode', request);
    return ctx.once('datasets:registerNode', decoded, () => {
      const { operationId: _, ...entry } = decoded;
      return new DataNodes(ctx).register(entry, ctx.invoker.member);
    });
  }

  /** Idempotent by the holdings' state. */
  @Transaction()
  @Returns('string')
  async hold(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('datasets:hold', request);
    await ctx.authorise('datasets:hold');
    const holdings = await new Shards(ctx).hold(decoded, ctx.invoker.member);
    return this.answer('datasets:hold', { holdings });
  }

  /** Idempotent by the holdings' state. */
  @Transaction()
  @Returns('string')
  async release(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('datasets:release', request);
    await ctx.authorise('datasets:release');
    const holdings = await new Shards(ctx).release(decoded, ctx.invoker.member);
    return this.answer('datasets:release', { holdings });
  }

  /** Anyone may show that an item's consent no longer stands. Idempotent by the taint's state. */
  @Transaction()
  @Returns('string')
  async taint(ctx: LedgerContext, request: string): Promise<string> {
    const { page: index, item, ...reference } = this.decode('datasets:taint', request);
    await ctx.authorise('datasets:taint');
    const { dataset, version } = reference;
    const { owner } = await ctx.state.get('dataset-version', dataset, ordinal(version));
    const page = await ctx.state.get('dataset-page', dataset, ordinal(version), ordinal(index));
    const items = page.items.filter(({ digest }) => digest === item);
    const offender = (await new ConsentReader(ctx.state, ctx.now).examine(items, owner.member)).offenders[0];
    if (!offender)
      throw new LlmchainError(
        'wrong_state',
        items.length === 0 ? `Page ${index} does not hold this item.` : 'Consent for this item stands.',
        { item },
      );
    const cause = { kind: 'work' as const, work: items[0]!.work, reason: offender.reason };
    return this.answer('datasets:taint', await new Taints(ctx).put(datasetSubject(reference), cause, owner));
  }

  /** Anyone may, once all consent stands again. Idempotent by the taint's state. */
  @Transaction()
  @Returns('string')
  async lift(ctx: LedgerContext, request: string): Promise<string> {
    const reference = this.decode('datasets:lift', request);
    await ctx.authorise('datasets:lift');
    const { owner } = await ctx.state.get('dataset-version', reference.dataset, ordinal(reference.version));
    await new ConsentReader(ctx.state, ctx.now).demandDatasets([reference], owner.member);
    return this.answer('datasets:lift', await new Taints(ctx).lift(datasetSubject(reference)));
  }

  @Transaction(false)
  @Returns('string')
  async consent(ctx: LedgerContext, request: string): Promise<string> {
    const { items } = this.decode('datasets:consent', request);
    const { offenders } = await new ConsentReader(ctx.state, ctx.now).examine(items, ctx.invoker.member);
    return this.answer('datasets:consent', { offenders });
  }
}
