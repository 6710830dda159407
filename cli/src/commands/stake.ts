import type { Command } from 'commander';
import { carryOut, type Common } from '../carry-out';
import { gathered } from '../consortium/pages';
import { acting, addPerson, type ActingOptions } from '../consortium/person';
import { addSettings } from '../settings';
import { count, identifier } from '../values';

const ADMIN = { role: 'admin', administered: true } as const;

export function registerStake(root: Command): void {
  const stake = root.command('stake').description('what members put at stake for the answers of their workers');
  const add = (name: string, description: string): Command =>
    addPerson(addSettings(stake.command(name).description(description)), 'admin');
  add('list', 'what is at stake for every worker, and what the ledger has seen of every member')
    .addHelpText('after', '\nExample:\n  $ ./llmchain stake list --member guild')
    .action((options: Common & ActingOptions) =>
      carryOut(options, async (settings, terminal) => {
        const { api } = await acting(settings, terminal, options, ADMIN);
        const { data: stakes } = await gathered(10_000, (limit, after) =>
          api.call('GET /v1/stakes', { query: { limit, after } }),
        );
        const { data: reputations } = await gathered(10_000, (limit, after) =>
          api.call('GET /v1/reputations', { query: { limit, after } }),
        );
        const lines = [
          ...stakes.map(
            (each) => `${each.worker}  ${each.amount} at stake, ${each.faults} faults cost ${each.slashed}`,
          ),
          ...reputations.flatMap((each) => [
            `${each.member}  ${each.accepted} batches accepted, ${each.rejected} rejected, ${each.expired} expired; ${each.faults} faults`,
            ...each.verifiers.map(
              (verifier) =>
                `  verified by ${verifier.member}: ${verifier.accepted} accepted, ${verifier.rejected} rejected, ${verifier.overruled} refused in vain, ${verifier.silent} without a verdict in time; ${verifier.found} faults found, ${verifier.missed} missed`,
            ),
          ]),
        ];
        terminal.result({ stakes, reputations }, lines.join('\n') || 'Nothing is at stake.');
      }),
    );
  for (const [name, path, description] of [
    ['put', 'POST /v1/stakes/{id}', 'put money of the treasury at stake for a worker'],
    ['announce', 'POST /v1/stakes/{id}/announce', 'give notice of a withdrawal from a stake'],
  ] as const)
    add(name, description)
      .argument('<worker>', 'its id on the ledger', identifier)
      .requiredOption('--amount <micro-credits>', 'how much', count)
      .addHelpText(
        'after',
        `\nExample:\n  $ ./llmchain stake ${name} compute-worker-1 --amount 5000000 --member compute`,
      )
      .action((id: string, options: Common & ActingOptions & { amount: number }) =>
        carryOut(options, async (settings, terminal) => {
          const { api, settle } = await acting(settings, terminal, options, ADMIN);
          const changed = await api.call(path, { params: { id }, body: { amount: options.amount } });
          await settle(changed.block);
          const { amount, unbonding } = changed;
          const until = unbonding
            ? `; ${unbonding.amount} of it can be withdrawn from ${new Date(unbonding.until).toISOString()} on`
            : '';
          terminal.result(changed, `${amount} micro-credits are at stake for ${id}${until}.`);
        }),
      );
  add('withdraw', 'take back what was announced, when its time has come')
    .argument('<worker>', 'its id on the ledger', identifier)
    .addHelpText('after', '\nExample:\n  $ ./llmchain stake withdraw compute-worker-1 --member compute')
    .action((id: string, options: Common & ActingOptions) =>
      carryOut(options, async (settings, terminal) => {
        const { api, settle } = await acting(settings, terminal, options, ADMIN);
        const left = await api.call('POST /v1/stakes/{id}/withdraw', { params: { id }, body: {} });
        await settle(left.block);
        terminal.result(left, `${left.amount} micro-credits stay at stake for ${id}.`);
      }),
    );
}
