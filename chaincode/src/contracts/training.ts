import { jobSubject, LlmchainError, sourcesOfJob } from '@llmchain/protocol';
import { Info, Returns, Transaction } from 'fabric-contract-api';
import { ConsentReader } from '../ledger/consent';
import { Taints } from '../ledger/taints';
import { demandOwner } from '../rules/authority';
import { LedgerContext } from './context';
import { LedgerContract } from './contract';

@Info({ title: 'training', description: 'What is trained, on what, and what came of it' })
export class TrainingContract extends LedgerContract {
  constructor() {
    super('training');
  }

  @Transaction()
  @Returns('string')
  async open(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('training:open', request);
    return ctx.once('training:open', decoded, async () => {
      const { operationId: _, ...plan } = decoded;
      const { member } = ctx.invoker;
      if (await ctx.state.find('job', plan.job))
        throw new LlmchainError(
          'already_registered',
          `There is a training job ${plan.job} already. Choose another id.`,
          { job: plan.job },
        );
      await new ConsentReader(ctx.state, ctx.now).demandDatasets(plan.datasets, member);
      return ctx.state.create('job', [plan.job], { ...plan, state: 'open', owner: { member } });
    });
  }

  @Transaction()
  @Returns('string')
  async complete(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('training:complete', request);
    return ctx.once('training:complete', decoded, async () => {
      const { job: id, result } = decoded;
      const job = await ctx.state.get('job', id);
      demandOwner(ctx.invoker, job.owner, `Training job ${id}`);
      if (job.state !== 'open')
        throw new LlmchainError('wrong_state', `Training job ${id} is ${job.state}.`, { state: job.state });
      if (result.steps !== job.steps)
        throw new LlmchainError(
          'invalid_argument',
          `The job was planned with ${job.steps} steps and reports ${result.steps}. Open a new job for another plan.`,
          { planned: job.steps },
        );
      await new ConsentReader(ctx.state, ctx.now).demandDatasets(job.datasets, job.owner.member);
      return ctx.state.update('job', [id], { ...job, state: 'completed', result });
    });
  }

  /** Anyone may, once a dataset of the job is tainted. Idempotent by the taint's state. */
  @Transaction()
  @Returns('string')
  async taint(ctx: LedgerContext, request: string): Promise<string> {
    const { job: id } = this.decode('training:taint', request);
    await ctx.authorise('training:taint');
    const job = await ctx.state.get('job', id);
    return this.answer('training:taint', await new Taints(ctx).inherit(jobSubject(job), sourcesOfJob(job), job.owner));
  }

  /** Anyone may, once none is tainted any more. Idempotent by the taint's state. */
  @Transaction()
  @Returns('string')
  async lift(ctx: LedgerContext, request: string): Promise<string> {
    const { job: id } = this.decode('training:lift', request);
    await ctx.authorise('training:lift');
    const job = await ctx.state.get('job', id);
    return this.answer('training:lift', await new Taints(ctx).clear(jobSubject(job), sourcesOfJob(job)));
  }
}
