import type { Account, DatasetRef } from '@llmchain/protocol';
import type { Command } from 'commander';
import { carryOut, type Common } from '../carry-out';
import { accountOf, acting, addPerson, type ActingOptions } from '../consortium/person';
import { addSettings } from '../settings';
import { account, count, datasetVersion, identifier, moment } from '../values';

const HOLDER = { role: 'artist', administered: true } as const;

export function registerReward(root: Command): void {
  const reward = root.command('reward').description('rewards of those whose works a dataset version holds');
  const add = (name: string, description: string): Command =>
    addPerson(addSettings(reward.command(name).description(description)), 'artist');
  add('fund', 'set money aside for them, by the tokens that each contributed')
    .argument('<id>', 'a new name for it', identifier)
    .requiredOption('--dataset <dataset@version>', 'such as verses@1', datasetVersion)
    .requiredOption('--amount <micro-credits>', 'how much', count)
    .requiredOption('--until <time>', 'when what nobody has claimed can be taken back', moment)
    .addHelpText(
      'after',
      '\nExample:\n  $ ./llmchain reward fund thanks --dataset verses@1 --amount 5000000 --until 2027-06-30 --member archive',
    )
    .action((id: string, options: Common & ActingOptions & { dataset: DatasetRef; amount: number; until: number }) =>
      carryOut(options, async (settings, terminal) => {
        const who = await acting(settings, terminal, options, HOLDER);
        const { dataset, amount, until } = options;
        const funded = await who.api.call('POST /v1/datasets/{id}/versions/{version}/rewards', {
          params: { id: dataset.dataset, version: dataset.version },
          body: { reward: id, payer: accountOf(who), amount, until },
        });
        await who.settle(funded.block);
        terminal.result(funded, `${amount} micro-credits are set aside for ${funded.table.entries} accounts.`);
      }),
    );
  add('claim', 'collect the part that an account has, once')
    .argument('<id>', 'the reward', identifier)
    .option('--account <account>', "whose part; default: the person's account, or the member's", account)
    .addHelpText('after', '\nExample:\n  $ ./llmchain reward claim thanks --member guild --as ann')
    .action((id: string, options: Common & ActingOptions & { account?: Account }) =>
      carryOut(options, async (settings, terminal) => {
        const who = await acting(settings, terminal, options, HOLDER);
        const body = { payee: options.account ?? accountOf(who) };
        const had = await who.api.call('POST /v1/rewards/{id}/claim', { params: { id }, body });
        await who.settle(had.block);
        terminal.result(had, `${had.payee} has ${had.amount} micro-credits of ${id}.`);
      }),
    );
  add('recover', 'as its payer, take back what nobody has claimed')
    .argument('<id>', 'the reward', identifier)
    .addHelpText('after', '\nExample:\n  $ ./llmchain reward recover thanks --member archive')
    .action((id: string, options: Common & ActingOptions) =>
      carryOut(options, async (settings, terminal) => {
        const who = await acting(settings, terminal, options, HOLDER);
        const closed = await who.api.call('POST /v1/rewards/{id}/recover', { params: { id }, body: {} });
        await who.settle(closed.block);
        terminal.result(closed, `${closed.returned ?? 0} micro-credits of ${id} went back to ${closed.payer}.`);
      }),
    );
}
