import {
  canonicalJson,
  LlmchainError,
  manifestDigest,
  ordinal,
  royaltyRoot,
  royaltyTable,
  royaltyTotal,
  type ModelEntry,
  type ModelVersion,
  type TaintSubject,
  type TrainingJob,
} from '@llmchain/protocol';
import { Info, Returns, Transaction } from 'fabric-contract-api';
import { ConsentReader } from '../ledger/consent';
import { datasetSubject, modelSubject, Taints } from '../ledger/taints';
import { demandOwner } from '../rules/authority';
import { demandApprovable } from '../rules/model-state';
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
      const { operationId: _, ...entry } = decoded;
      const key = [entry.model, ordinal(entry.version)];
      const job = await ctx.state.get('job', entry.job);
      demandOwner(ctx.invoker, job.owner, `Training job ${entry.job}`);
      if (await ctx.state.find('model', ...key))
        throw new LlmchainError(
          'already_registered',
          `There is a ${entry.model}@${entry.version} already. Choose the next version.`,
          { model: entry.model, version: entry.version },
        );
      const first = entry.version > 1 ? await ctx.state.get('model', entry.model, ordinal(1)) : undefined;
      if (first) demandOwner(ctx.invoker, first.owner, `Model ${entry.model}`);
      demandLineage(entry, job);
      demandFiles(entry);
      await this.#demandRoyalties(ctx, entry);
      return ctx.state.create('model', key, {
        ...entry,
        class: 'consortium',
        state: 'candidate',
        approvals: [],
        owner: { member: ctx.invoker.member },
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
      await new ConsentReader(ctx.state, ctx.now).demandDatasets(model.datasets, model.owner.member);
      const approvals = after.votes.map(({ member }) => member);
      const approved = after.state === 'enacted';
      return ctx.state.update('model', key, {
        ...model,
        approvals,
        ...(approved ? { state: 'approved' as const, fees: model.fees ?? consortium.fees } : {}),
      });
    });
  }

  /** Anyone may, once the job or a dataset of the version is tainted. Idempotent by the taint's state. */
  @Transaction()
  @Returns('string')
  async taint(ctx: LedgerContext, request: string): Promise<string> {
    const reference = this.decode('models:taint', request);
    await ctx.authorise('models:taint');
    const model = await ctx.state.get('model', reference.model, ordinal(reference.version));
    return this.answer(
      'models:taint',
      await new Taints(ctx).inherit(modelSubject(reference), sources(model), model.owner),
    );
  }

  /** Anyone may, once none of them is tainted any more. Idempotent by the taint's state. */
  @Transaction()
  @Returns('string')
  async lift(ctx: LedgerContext, request: string): Promise<string> {
    const reference = this.decode('models:lift', request);
    await ctx.authorise('models:lift');
    const model = await ctx.state.get('model', reference.model, ordinal(reference.version));
    return this.answer('models:lift', await new Taints(ctx).clear(modelSubject(reference), sources(model)));
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

  /** The royalty table is worked out here from the lineage, so nobody can leave an artist out of it. */
  async #demandRoyalties(ctx: LedgerContext, entry: ModelEntry): Promise<void> {
    const contributions = await new ConsentReader(ctx.state, ctx.now).contributions(entry.datasets, ctx.invoker.member);
    const table = royaltyTable(contributions);
    const actual = { root: royaltyRoot(table), total: royaltyTotal(table), entries: table.length };
    const { address: _, ...claimed } = entry.royalty;
    if (canonicalJson(actual) === canonicalJson(claimed)) return;
    throw new LlmchainError(
      'digest_mismatch',
      'The royalty table is not what the works of the datasets give. Compute it again from the pages on the ledger.',
      { actual, claimed },
    );
  }
}

/** What a version rests on: its datasets and its job. */
function sources({ datasets, job }: ModelVersion): TaintSubject[] {
  return [...datasets.map(datasetSubject), { kind: 'job', job }];
}

/** @throws {LlmchainError} `wrong_state` | `invalid_argument` unless the version is what the job made of the same data */
function demandLineage(entry: ModelEntry, job: TrainingJob): void {
  if (job.state !== 'completed')
    throw new LlmchainError('wrong_state', `Training job ${job.job} is ${job.state}; complete it first.`, {
      job: job.job,
    });
  if (canonicalJson(entry.datasets) !== canonicalJson(job.datasets)) {
    throw new LlmchainError('invalid_argument', 'The datasets of a model version are those of its training job.', {
      job: job.datasets,
    });
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
