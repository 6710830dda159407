import type { DatasetRef } from '@llmchain/protocol';
import type { Command } from 'commander';
import { carryOut, type Common } from '../carry-out';
import { memberNamed, membersOf } from '../consortium/members';
import { acting, addPerson, type ActingOptions } from '../consortium/person';
import { addSettings } from '../settings';
import { count, datasetVersion, identifier, several } from '../values';

/** @param dataset the command that these belong to */
export function registerShards(dataset: Command): void {
  const shard = dataset
    .command('shard')
    .description('split a sealed version into files and place copies on members that may read it');
  addPerson(addSettings(shard), 'steward')
    .argument('<dataset@version>', 'such as verses@1', datasetVersion)
    .option('--pages <number>', 'pages of 1,024 items in a file', count, 1)
    .option('--replicas <number>', "copies of each, the owner's among them", count, 1)
    .option('--grant <id>', 'a grant whose grantee may keep copies; default: all that stand', several(identifier))
    .addHelpText(
      'after',
      '\nExample:\n  $ ./llmchain dataset shard verses@1 --replicas 2 --member archive --as archivist',
    )
    .action(
      (
        { dataset: id, version }: DatasetRef,
        options: Common & ActingOptions & { pages: number; replicas: number; grant?: string[] },
      ) =>
        carryOut(options, async (settings, terminal) => {
          const who = await acting(settings, terminal, options, { role: 'steward', administered: true });
          const { pages: pagesPerShard, replicas, grant: grants } = options;
          const body = { pagesPerShard, replicas, ...(grants ? { grants } : {}) };
          const params = { id, version };
          const placed = await who.api.call('POST /v1/datasets/{id}/versions/{version}/shards', { params, body });
          await who.settle(placed.block);
          const lines = placed.placement.map(
            ({ member, shards, bytes }) => `${member.padEnd(16)} ${shards.length} shards, ${bytes} bytes`,
          );
          terminal.result(placed, [`${placed.shards.length} shards, placed on`, ...lines].join('\n'));
        }),
    );
  addSettings(dataset.command('shards').description('the shards of a version and who says that they hold them'))
    .argument('<dataset@version>', 'such as verses@1', datasetVersion)
    .option('--member <name>', 'whose gateway to ask', 'archive')
    .addHelpText('after', '\nExample:\n  $ ./llmchain dataset shards verses@1')
    .action(({ dataset: id, version }: DatasetRef, options: Common & { member: string }) =>
      carryOut(options, async (settings, terminal) => {
        const { admin } = memberNamed(await membersOf(settings.home), options.member);
        const params = { id, version };
        const page = await admin.call('GET /v1/datasets/{id}/versions/{version}/shards', {
          params,
          query: { limit: 500 },
        });
        const lines = page.data.map(({ index, items, bytes, holders, holdings }) => {
          const held = holdings.filter(({ state }) => state === 'held').map(({ member }) => member);
          return `${String(index).padStart(4)}  ${items} items, ${bytes} bytes  placed on ${holders.join(', ')}  held by ${held.join(', ') || 'nobody yet'}`;
        });
        terminal.result(page, lines.length > 0 ? lines.join('\n') : `${id}@${version} is not split into shards.`);
      }),
    );
}
