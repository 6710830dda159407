import type { ModelRef } from '@llmchain/protocol';
import type { Command } from 'commander';
import { carryOut, type Common } from '../carry-out';
import { memberNamed, membersOf } from '../consortium/members';
import { acting, addPerson, type ActingOptions } from '../consortium/person';
import { changeModelKey, modelKeys, type ListedKey } from '../models/model-keys';
import { addSettings } from '../settings';
import { identifier, modelVersion } from '../values';

/** What giving and withdrawing say of it, and what follows. */
const SAID = {
  give: {
    description: 'give a worker the key of a sealed version, also where it was withdrawn',
    done: (worker: string, named: string) => `${worker} has the key of ${named}; it loads the version within a minute.`,
  },
  withdraw: {
    description: 'give a worker the key of a sealed version no more; what it has opened cannot be taken back',
    done: (worker: string, named: string) =>
      `${worker} is not given the key of ${named} any more. What it has loaded it has: a new version has a new key.`,
  },
} as const;

export function registerModelKeys(model: Command): void {
  const keys = model.command('keys').description('which workers have the key of a sealed model version');
  addSettings(keys.command('list').description('the workers that were given the key, and those it was withdrawn from'))
    .argument('<model@version>', 'such as diagnosis@1', modelVersion)
    .option('--member <name>', 'whose gateway to ask', 'lab')
    .addHelpText('after', '\nExample:\n  $ ./llmchain model keys list diagnosis@1')
    .action((version: ModelRef, options: Common & { member: string }) =>
      carryOut(options, async (settings, terminal) => {
        const { admin } = memberNamed(await membersOf(settings.home), options.member);
        const found = await modelKeys(admin, version);
        terminal.result({ ...version, keys: found }, found.map(lineOf).join('\n') || 'No worker has it yet.');
      }),
    );
  for (const change of ['give', 'withdraw'] as const)
    addPerson(addSettings(keys.command(change).description(SAID[change].description)), 'trainer')
      .argument('<model@version>', 'such as diagnosis@1', modelVersion)
      .argument('<worker>', 'its id on the ledger', identifier)
      .addHelpText(
        'after',
        `\nThe member is the owner of the model.\n\nExample:\n  $ ./llmchain model keys ${change} diagnosis@1 guild-worker-1 --member lab`,
      )
      .action((version: ModelRef, worker: string, options: Common & ActingOptions) =>
        carryOut(options, async (settings, terminal) => {
          const by = { role: 'trainer', administered: true } as const;
          const { api, settle } = await acting(settings, terminal, options, by);
          const changed = await changeModelKey(api, change, version, worker);
          await settle(changed.block);
          terminal.result(changed, SAID[change].done(worker, `${version.model}@${version.version}`));
        }),
      );
}

function lineOf({ worker, member, state }: ListedKey): string {
  return `${worker.padEnd(20)} ${member.padEnd(12)} ${state}`;
}
