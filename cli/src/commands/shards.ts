import type { DataNodeEntry, DataNodeRef, DatasetRef } from '@llmchain/protocol';
import { Option, type Command } from 'commander';
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
            ({ member, node, shards, bytes }) =>
              `${`${member}/${node}`.padEnd(28)} ${shards.length} shards, ${bytes} bytes`,
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
          const held = holdings.filter(({ state }) => state === 'held').map(named);
          return `${String(index).padStart(4)}  ${items} items, ${bytes} bytes  placed on ${holders.map(named).join(', ')}  held by ${held.join(', ') || 'nobody yet'}`;
        });
        terminal.result(page, lines.length > 0 ? lines.join('\n') : `${id}@${version} is not split into shards.`);
      }),
    );
  registerNodes(dataset);
}

/** The nodes on which members keep shards. */
function registerNodes(dataset: Command): void {
  addSettings(dataset.command('nodes').description('the nodes on which members keep shards, and how full they are'))
    .option('--member <name>', 'whose gateway to ask', 'archive')
    .addHelpText('after', '\nExample:\n  $ ./llmchain dataset nodes')
    .action((options: Common & { member: string }) =>
      carryOut(options, async (settings, terminal) => {
        const { admin } = memberNamed(await membersOf(settings.home), options.member);
        const page = await admin.call('GET /v1/nodes', { query: { limit: 500 } });
        const lines = page.data.map(
          ({ kind, state, placed, capacity, ...node }) =>
            `${named(node).padEnd(28)} ${kind.padEnd(8)} ${state.padEnd(8)} ${placed} of ${capacity} bytes`,
        );
        terminal.result(page, lines.length > 0 ? lines.join('\n') : 'No member has registered a node.');
      }),
    );
  addSettings(dataset.command('node').description("register a node of a member's, or change its capacity or state"))
    .argument('<node>', 'its id among the nodes of the member', identifier)
    .requiredOption('--capacity <bytes>', 'of shards that may be placed on it', count)
    .addOption(new Option('--kind <kind>').choices(['storage', 'training']).default('storage'))
    .addOption(
      new Option('--state <state>', 'one that is draining gets nothing new')
        .choices(['active', 'draining', 'gone'])
        .default('active'),
    )
    .option('--member <name>', 'whose node it is', 'archive')
    .addHelpText(
      'after',
      '\nExample:\n  $ ./llmchain dataset node storage --member lab --capacity 1099511627776 --state draining',
    )
    .action((node: string, options: Common & Omit<DataNodeEntry, 'node'> & { member: string }) =>
      carryOut(options, async (settings, terminal) => {
        const { admin } = memberNamed(await membersOf(settings.home), options.member);
        const { kind, capacity, state } = options;
        const after = await admin.call('POST /v1/nodes', { body: { node, kind, capacity, state } });
        terminal.result(after, `${named(after)} is ${after.state}, ${after.placed} of ${after.capacity} bytes placed`);
      }),
    );
}

function named({ member, node }: DataNodeRef): string {
  return `${member}/${node}`;
}
