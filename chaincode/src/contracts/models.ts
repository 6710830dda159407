import {
  ancestorsOf,
  LlmchainError,
  manifestDigest,
  modelSubject,
  ordinal,
  sourcesOfModel,
  trainingDataOf,
  type ModelEntry,
  type ModelVersion,
  type TrainingData,
  type TrainingJob,
} from '@llmchain/protocol';
import { Info, Returns, Transaction } from 'fabric-contract-api';
import { ConsentReader } from '../ledger/consent';
import { Taints } from '../ledger/taints';
import { demandOwner } from '../rules/authority';
import {
  classOf,
  demandAdmitted,
  demandDerived,
  demandParent,
  demandSameOrigin,
  demandTrained,
} from '../rules/model-lineage';
import { changedAccess } from '../rules/model-access';
import { demandApprovable } from '../rules/model-state';
import { demandGivable, demandSealing, demandSeen } from '../rules/model-sealing';
import { demandVerifiable } from '../rules/model-verification';
import { demandTask } from '../rules/model-task';
import { demandTable } from '../rules/royalty';
import { voted } from '../rules/vote';
import { LedgerContext } from './context';
import { LedgerContract } from './contract';

@Info({ title: 'models', description: 'Model versions: their lineage, files, prices and approval' })
export class ModelsContract extends LedgerContract {
  constructor() {
    super('models');
  }

  @Transaction()
  @Returns('string')
  async register(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('models:register', request);
    return ctx.once('models:register', decoded, async () => {
      const { operationId: _, access: policy, ...entry } = decoded;
      const key = [entry.model, ordinal(entry.version)];
      const job = await this.#job(ctx, entry);
      if (job) demandOwner(ctx.invoker, job.owner, `Training job ${job.job}`);
      if (await ctx.state.find('model', ...key))
        throw new LlmchainError(
          'already_registered',
          `There is a ${entry.model}@${entry.version} already. Choose the next version.`,
          { model: entry.model, version: entry.version },
        );
      const first = entry.version > 1 ? await ctx.state.get('model', entry.model, ordinal(1)) : undefined;
      if (first) demandOwner(ctx.invoker, first.owner, `Model ${entry.model}`);
      if (job) demandTrained(entry, job);
      demandFiles(entry);
      demandSealing(entry, ctx.invoker.member, await ctx.consortium());
      demandVerifiable(entry);
      demandTask(entry);
      const owner = { member: ctx.invoker.member };
      const ancestors = await this.#ancestors(ctx, entry);
      const parent = ancestors[0];
      const of = classOf(entry, parent);
      demandAdmitted({ ...entry, class: of }, await ctx.consortium());
      if (entry.parent && parent) {
        demandParent(parent, owner.member);
        if (entry.external) demandSameOrigin(entry.external, parent);
        if (job) demandDerived(entry.parent.by, job, { version: parent, job: await this.#job(ctx, parent) });
      }
      await this.#demandRoyalties(ctx, entry, trainingDataOf([{ ...entry, owner }, ...ancestors]));
      const { model, version } = entry;
      if (policy) await ctx.state.create('model-access', key, { model, version, policy, former: [], owner });
      return ctx.state.create('model', key, {
        ...entry,
        class: of,
        state: 'candidate',
        approvals: [],
        owner,
      });
    });
  }

  @Transaction()
  @Returns('string')
  async approve(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('models:approve', request);
    return ctx.once('models:approve', decoded, async () => {
      const key = [decoded.model, ordinal(decoded.version)];
      const model = await ctx.state.get('model', ...key);
      const consortium = await ctx.state.get('consortium');
      demandApprovable(model);
      demandAdmitted(model, consortium);
      const electorate = consortium.members.map(({ member }) => member);
      const before = {
        electorate,
        // Who has left since does not count any more.
        votes: model.approvals
          .filter((member) => electorate.includes(member))
          .map((member) => ({ member, approve: true })),
        state: model.state === 'approved' ? ('enacted' as const) : ('open' as const),
      };
      const after = voted(before, ctx.invoker.member, true);
      // The table was right at registration; whether the consent behind it still stands is asked again here.
      const lineage = [model, ...(await this.#ancestors(ctx, model))];
      const consent = new ConsentReader(ctx.state, ctx.now);
      for (const { dataset, licensee } of trainingDataOf(lineage)) await consent.demandDatasets([dataset], licensee);
      const approvals = after.votes.map(({ member }) => member);
      const approved = after.state === 'enacted';
      return ctx.state.update('model', key, {
        ...model,
        approvals,
        ...(approved ? { state: 'approved' as const, fees: model.fees ?? consortium.fees } : {}),
      });
    });
  }

  @Transaction()
  @Returns('string')
  async setAccess(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('models:setAccess', request);
    return ctx.once('models:setAccess', decoded, async () => {
      const { model, version, policy } = decoded;
      const key = [model, ordinal(version)];
      const { owner } = await ctx.state.get('model', ...key);
      demandOwner(ctx.invoker, owner, `${model}@${version}`);
      const before = await ctx.state.find('model-access', ...key);
      const after = { model, version, ...changedAccess(before, policy, ctx.now), owner };
      return before
        ? ctx.state.update('model-access', key, { ...before, ...after })
        : ctx.state.create('model-access', key, after);
    });
  }

  /** Idempotent by what is wrapped. One that was withdrawn may be given again by people, who saw that it was. */
  @Transaction()
  @Returns('string')
  async giveKey(ctx: LedgerContext, request: string): Promise<string> {
    const { wrap, publicKey, replaces, ...reference } = this.decode('models:giveKey', request);
    await ctx.authorise('models:giveKey');
    const { model, version, member, worker } = reference;
    const of = await ctx.state.get('model', model, ordinal(version));
    demandOwner(ctx.invoker, of.owner, `${model}@${version}`);
    const wrapping = await ctx.state.get('wrapping-key', member, worker);
    demandGivable(of, wrapping, publicKey, (await ctx.consortium()).members);
    const key = [model, ordinal(version), member, worker];
    const given = { ...reference, publicKey, state: 'given' as const, wrap, owner: of.owner };
    const before = await ctx.state.find('model-key', ...key);
    if (before?.publicKey === publicKey && before.wrap?.wrapped === wrap.wrapped)
      return this.answer('models:giveKey', before);
    demandSeen(before, replaces, ctx.invoker);
    return this.answer(
      'models:giveKey',
      before
        ? await ctx.state.update('model-key', key, { ...before, ...given })
        : await ctx.state.create('model-key', key, given),
    );
  }

  /** Idempotent by the key's state. */
  @Transaction()
  @Returns('string')
  async withdrawKey(ctx: LedgerContext, request: string): Promise<string> {
    const { model, version, member, worker } = this.decode('models:withdrawKey', request);
    await ctx.authorise('models:withdrawKey');
    const key = [model, ordinal(version), member, worker];
    const { wrap: _, ...before } = await ctx.state.get('model-key', ...key);
    demandOwner(ctx.invoker, before.owner, `The key of ${model}@${version}`);
    return this.answer(
      'models:withdrawKey',
      before.state === 'withdrawn'
        ? before
        : await ctx.state.update('model-key', key, { ...before, state: 'withdrawn' }),
    );
  }

  /** Anyone may, once the job, a dataset or the parent of the version is tainted. Idempotent by the taint's state. */
  @Transaction()
  @Returns('string')
  async taint(ctx: LedgerContext, request: string): Promise<string> {
    const reference = this.decode('models:taint', request);
    await ctx.authorise('models:taint');
    const model = await ctx.state.get('model', reference.model, ordinal(reference.version));
    return this.answer(
      'models:taint',
      await new Taints(ctx).inherit(modelSubject(reference), sourcesOfModel(model), model.owner),
    );
  }

  /** Anyone may, once none of them is tainted any more. Idempotent by the taint's state. */
  @Transaction()
  @Returns('string')
  async lift(ctx: LedgerContext, request: string): Promise<string> {
    const reference = this.decode('models:lift', request);
    await ctx.authorise('models:lift');
    const model = await ctx.state.get('model', reference.model, ordinal(reference.version));
    return this.answer('models:lift', await new Taints(ctx).clear(modelSubject(reference), sourcesOfModel(model)));
  }

  @Transaction(false)
  @Returns('string')
  async aliasHistory(ctx: LedgerContext, request: string): Promise<string> {
    const { model, alias, limit, before } = this.decode('models:aliasHistory', request);
    const current = (await ctx.state.find('alias', model, alias)) ?? null;
    const values = [];
    let next = Math.min(before ?? Infinity, (current?.ordinal ?? 0) + 1) - 1;
    for (; next > 0 && values.length < limit; next--)
      values.push(await ctx.state.get('alias-value', model, alias, ordinal(next)));
    return this.answer('models:aliasHistory', { current, values, ...(next > 0 ? { before: next + 1 } : {}) });
  }

  #ancestors(ctx: LedgerContext, model: Pick<ModelEntry, 'parent'>): Promise<ModelVersion[]> {
    return ancestorsOf(model, (parent) => ctx.state.get('model', parent.model, ordinal(parent.version)));
  }

  async #job(ctx: LedgerContext, { job }: Pick<ModelEntry, 'job'>): Promise<TrainingJob | undefined> {
    return job === undefined ? undefined : ctx.state.get('job', job);
  }

  /**
   * The royalty table is worked out here from the lineage, so nobody can leave an artist out of it: those of the versions
   * that this one was made from earn by it, too. A version from outside has none.
   */
  async #demandRoyalties(ctx: LedgerContext, entry: ModelEntry, data: readonly TrainingData[]): Promise<void> {
    if (!entry.royalty) return;
    const contributions = await new ConsentReader(ctx.state, ctx.now).contributions(data);
    demandTable(contributions, entry.royalty);
  }
}

/** @throws {LlmchainError} `invalid_argument` | `digest_mismatch` unless files, manifest and parameter address fit together */
function demandFiles(entry: ModelEntry): void {
  const paths = entry.files.map(({ path }) => path);
  if (paths.some((path, index) => index > 0 && path <= paths[index - 1]!)) {
    throw new LlmchainError('invalid_argument', 'Files must be sorted by path, each once.', {
      issues: [{ pointer: '/files', message: 'must rise by path' }],
    });
  }
  if (manifestDigest(entry.files) !== entry.manifest)
    throw new LlmchainError('digest_mismatch', 'The manifest is not the digest of the files.', {
      actual: manifestDigest(entry.files),
    });
  if (!entry.files.some(({ sha256 }) => entry.modelParamsAddress === `sha256/${sha256}`)) {
    throw new LlmchainError('invalid_argument', 'modelParamsAddress names none of the files.', {
      modelParamsAddress: entry.modelParamsAddress,
    });
  }
}
