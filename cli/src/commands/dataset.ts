import { readFile } from 'node:fs/promises';
import { DatasetItem, Digest, LlmchainError, type DatasetRef } from '@llmchain/protocol';
import type { Command } from 'commander';
import { z } from 'zod';
import { carryOut, type Common } from '../carry-out';
import { memberNamed, membersOf } from '../consortium/members';
import { acting, addPerson, type ActingOptions } from '../consortium/person';
import { addSettings, type Settings } from '../settings';
import type { Terminal } from '../terminal';
import { address, datasetVersion, digest, identifier, several } from '../values';
import { registerAnnotate } from './annotate';
import { registerIngest } from './ingest';
import { registerShards } from './shards';

const STEWARD = { role: 'steward', administered: false } as const;

/** One line of a list of items: a work, its SPDX expression, and the licence relied on where it needs one. */
const Item = z.strictObject({
  work: Digest,
  spdx: DatasetItem.shape.spdx,
  licence: DatasetItem.shape.licence,
  tokens: DatasetItem.shape.tokens.optional(),
});
type Item = z.output<typeof Item>;

interface SealOptions extends ActingOptions {
  work?: string[];
  licence?: string;
  spdx: string;
  items?: string;
  manifest?: string[];
  cleaning?: string;
  diversity?: string;
  annotations?: string[];
}

export function registerDataset(root: Command): void {
  const dataset = root.command('dataset').description('datasets: open, seal a version, look whether consent stands');
  const add = (name: string, description: string): Command =>
    addSettings(dataset.command(name).description(description));
  addPerson(add('create', 'open a dataset'), 'steward')
    .argument('<id>', 'a new name for it', identifier)
    .requiredOption('--title <title>', 'what it is called')
    .requiredOption('--purpose <purpose>', 'what it is for')
    .addHelpText(
      'after',
      '\nExample:\n  $ ./llmchain dataset create verses --title Verses --purpose "A poet" --member archive --as archivist',
    )
    .action((id: string, options: Common & ActingOptions & { title: string; purpose: string }) =>
      carryOut(options, async (settings, terminal) => {
        const who = await acting(settings, terminal, options, STEWARD);
        const { title, purpose } = options;
        const opened = await who.api.call('POST /v1/datasets', { body: { dataset: id, title, purpose } });
        await who.settle(opened.block);
        terminal.result(opened, `${id} is open; "llmchain dataset seal ${id}@1" seals its first version.`);
      }),
    );
  addPerson(add('seal', 'seal a version of works that may be trained on'), 'steward')
    .argument('<dataset@version>', 'such as verses@1', datasetVersion)
    .option('--work <sha256>', 'a work; may be given several times', several(digest))
    .option('--licence <id>', 'the licence that the works of --work rely on', identifier)
    .option('--spdx <expression>', 'licence of the works of --work', 'CC0-1.0')
    .option('--items <file>', 'lines of JSON: {"work": SHA256, "spdx": "CC0-1.0", "licence": ID}')
    .option('--manifest <address>', 'instead of works: what was ingested; may be given several times', several(address))
    .option('--cleaning <address>', 'the cleaning report', address)
    .option('--diversity <address>', 'the diversity report', address)
    .option('--annotations <address>', 'a layer of annotations; may be given several times', several(address))
    .addHelpText(
      'after',
      '\nExamples:\n  $ ./llmchain dataset seal verses@1 --member archive --as archivist --work SHA256 --licence ann-2027\n  $ ./llmchain dataset seal verses@2 --member archive --as archivist --items items.jsonl\n  $ ./llmchain dataset seal verses@3 --member archive --as archivist --manifest sha256/… --cleaning sha256/…',
    )
    .action((reference: DatasetRef, options: Common & SealOptions) =>
      carryOut(options, (settings, terminal) => seal(settings, terminal, reference, options)),
    );
  registerIngest(dataset);
  registerAnnotate(dataset);
  registerShards(dataset);
  add('show', 'a dataset and its sealed versions')
    .argument('<id>', 'the dataset', identifier)
    .option('--member <name>', 'whose gateway to ask', 'archive')
    .addHelpText('after', '\nExample:\n  $ ./llmchain dataset show verses')
    .action((id: string, options: Common & { member: string }) =>
      carryOut(options, async (settings, terminal) => {
        const { admin } = memberNamed(await membersOf(settings.home), options.member);
        const record = await admin.call('GET /v1/datasets/{id}', { params: { id } });
        const { data } = await admin.call('GET /v1/datasets/{id}/versions', { params: { id }, query: { limit: 500 } });
        const lines = data.map(
          ({ version, items, tokens }) => `${`${id}@${version}`.padEnd(24)} ${items} items, ${tokens} tokens`,
        );
        const head = `${record.title}: ${record.purpose} (${record.owner.member})`;
        terminal.result({ ...record, versions: data }, [head, ...lines].join('\n'));
      }),
    );
  add('standing', 'whether every work in a sealed version may be used now')
    .argument('<dataset@version>', 'such as verses@1', datasetVersion)
    .option('--member <name>', 'whose gateway to ask', 'archive')
    .option('--licensee <mspid>', 'by which member; default: its owner')
    .addHelpText('after', '\nExample:\n  $ ./llmchain dataset standing verses@1')
    .action(({ dataset: id, version }: DatasetRef, options: Common & { member: string; licensee?: string }) =>
      carryOut(options, async (settings, terminal) => {
        const { admin } = memberNamed(await membersOf(settings.home), options.member);
        const query = { licensee: options.licensee };
        const params = { id, version };
        const standing = await admin.call('GET /v1/datasets/{id}/versions/{version}/standing', { params, query });
        const lines = standing.offences.map(({ work, reason }) => `${work}  ${reason}`);
        const whole = standing.stands ? 'Consent stands for every work.' : `Consent is missing for ${lines.length}:`;
        terminal.result(standing, [whole, ...lines].join('\n'));
      }),
    );
}

async function seal(
  settings: Settings,
  terminal: Terminal,
  { dataset: id, version }: DatasetRef,
  options: SealOptions,
): Promise<void> {
  const { work: works = [], licence, spdx } = options;
  const named = works.map((work) => ({ work, spdx, ...(licence === undefined ? {} : { licence }) }));
  const items = [...named, ...(options.items === undefined ? [] : await itemsIn(options.items))];
  const { manifest: manifests, cleaning, diversity, annotations } = options;
  if ((items.length === 0) === (manifests === undefined))
    throw new LlmchainError(
      'invalid_argument',
      'Name what is to be sealed: works with --work or --items FILE, or what was ingested with --manifest.',
    );
  const reports = {
    ...(cleaning === undefined ? {} : { cleaning: digestOf(cleaning) }),
    ...(diversity === undefined ? {} : { diversity: digestOf(diversity) }),
    ...(annotations === undefined ? {} : { annotations: annotations.map(digestOf) }),
  };
  const who = await acting(settings, terminal, options, STEWARD);
  const step = terminal.step('seal');
  try {
    const body = { version, ...(manifests ? { manifests } : { items }), ...reports };
    const sealed = await who.api.call('POST /v1/datasets/{id}/versions', { params: { id }, body });
    step.done(`${sealed.items} items, ${sealed.tokens} tokens`);
    await who.settle(sealed.block);
    terminal.result(sealed, `${id}@${version} is sealed under the root ${sealed.root}.`);
  } catch (error) {
    step.fail(error);
    throw error;
  }
}

/** The digest that an address names. */
function digestOf(named: string): string {
  return named.slice('sha256/'.length);
}

/** @throws {LlmchainError} `not_found` | `invalid_argument` with the line */
async function itemsIn(file: string): Promise<Item[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new LlmchainError('not_found', `The file ${file} cannot be read. Check its path.`, { file }, { cause });
  });
  return text.split('\n').flatMap((line, at) => (line.trim() === '' ? [] : [itemOf(line, file, at + 1)]));
}

function itemOf(line: string, file: string, number: number): Item {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = undefined;
  }
  const { success, data, error } = Item.safeParse(value);
  if (success) return data;
  const issue = error.issues[0];
  const why = value === undefined ? 'is not JSON' : `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim();
  const message = `Line ${number} of ${file} is no item: ${why}. A line is {"work": SHA256, "spdx": "CC0-1.0"}.`;
  throw new LlmchainError('invalid_argument', message, { file, line: number });
}
