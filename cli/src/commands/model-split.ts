import { describe, type MemberName, type SplitOrder } from '@llmchain/network';
import { LlmchainError, type ModelRef } from '@llmchain/protocol';
import type { Command } from 'commander';
import { z } from 'zod';
import { carryOut, type Common } from '../carry-out';
import { membersOf, type MemberAccess } from '../consortium/members';
import { acting } from '../consortium/person';
import { addSettings, type Settings } from '../settings';
import type { Terminal } from '../terminal';
import { count, memberName, memberNames, modelVersion } from '../values';
import { up } from './up';

interface SplitOptions {
  over: MemberName[];
  ranges?: number;
  layers?: number;
  head: MemberName;
}

/** How many layers a decoder's `config.json` says that it has; GPT-2 has a name of its own for it. */
const Layers = z
  .looseObject({ num_hidden_layers: z.int().min(1).optional(), n_layer: z.int().min(1).optional() })
  .transform(({ num_hidden_layers: layers, n_layer: named }) => layers ?? named);

export function registerSplit(model: Command): void {
  addSettings(
    model
      .command('split')
      .description('have the layers of a version held by workers of several members, each range by two of them'),
  )
    .argument('<model@version>', 'such as smollm2@1', modelVersion)
    .requiredOption(
      '--over <members>',
      'two members or more, whose second and further workers hold layers',
      memberNames,
    )
    .option('--ranges <n>', 'into how many ranges; as many as there are members when left out', count)
    .option('--head <member>', 'whose first worker answers', memberName, 'compute' as MemberName)
    .option('--layers <n>', "how many layers it has; the model's config.json says it when left out", count)
    .addHelpText(
      'after',
      '\nWorkers that are wanting are added, and all are started anew. A version is verified with the whole model: two members\nbeside that of the head have to keep it whole, as the first worker of each member does.\n\nExamples:\n  $ ./llmchain model split smollm2@1 --over compute,lab\n  $ ./llmchain model split smollm2@1 --over compute,lab,guild --ranges 6\n  $ ./llmchain model join smollm2@1',
    )
    .action((version: ModelRef, options: Common & SplitOptions) =>
      carryOut(options, (settings, terminal) => split(settings, terminal, version, options)),
    );
  addSettings(model.command('join').description('have every worker load the whole of a version that was split'))
    .argument('<model@version>', 'such as smollm2@1', modelVersion)
    .addHelpText('after', '\nExample:\n  $ ./llmchain model join smollm2@1')
    .action((version: ModelRef, options: Common) =>
      carryOut(options, async (settings, terminal) => {
        await membersOf(settings.home);
        await up(settings, terminal, { withoutModels: true, join: version });
        terminal.result(version, `${version.model}@${version.version} is loaded whole again.`);
      }),
    );
}

async function split(
  settings: Settings,
  terminal: Terminal,
  version: ModelRef,
  { over, ranges = over.length, layers, head }: SplitOptions,
): Promise<void> {
  const members = await membersOf(settings.home);
  const order: SplitOrder = {
    ...version,
    ...{ over, ranges, head },
    layers: layers ?? (await layersOf(settings, terminal, { members, version })),
  };
  await up(settings, terminal, { withoutModels: true, split: order });
  const { topology } = await describe(settings.home);
  const made = topology.splits.find((each) => each.model === version.model && each.version === version.version)!;
  const lines = made.ranges.map(
    ({ first, last, holders }) => `   layers ${first} to ${last}`.padEnd(22) + holders.join(', '),
  );
  terminal.result(
    made,
    [
      `${version.model}@${version.version} is answered by ${made.head}, once the holders have loaded their layers:`,
      ...lines,
    ].join('\n'),
  );
}

/** @throws {LlmchainError} `not_found` without such a version, `invalid_argument` where the model does not say it */
async function layersOf(
  settings: Settings,
  terminal: Terminal,
  { members, version: { model, version } }: { members: readonly MemberAccess[]; version: ModelRef },
): Promise<number> {
  const params = { id: model, version };
  const { files, owner } = await members[0]!.admin.call('GET /v1/models/{id}/versions/{version}', { params });
  const config = files.find(({ path }) => path === 'config.json');
  const keeper = members.find(({ mspId }) => mspId === owner.member);
  const said = config && keeper && (await contentOf(settings, terminal, keeper.name, config.sha256));
  const layers = said === undefined ? undefined : layersIn(said);
  if (layers !== undefined) return layers;
  throw new LlmchainError(
    'invalid_argument',
    `${model}@${version} does not say how many layers it has. Only decoders are split; say it with --layers.`,
    { model, version },
  );
}

/** The files of a model are for trainers of its owner to read. */
async function contentOf(settings: Settings, terminal: Terminal, member: string, sha256: string): Promise<string> {
  const options = { member, as: 'curator' };
  const { api } = await acting(settings, terminal, options, { role: 'trainer', administered: false });
  return api.text('GET /v1/content/{sha256}', { params: { sha256 } });
}

function layersIn(config: string): number | undefined {
  try {
    return Layers.parse(JSON.parse(config));
  } catch {
    return undefined;
  }
}
