import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { LlmchainError } from '@llmchain/protocol';
import type { Command } from 'commander';
import { carryOut, type Common } from '../carry-out';
import { acting, addPerson, type ActingOptions } from '../consortium/person';
import { addSettings, type Settings } from '../settings';
import type { Terminal } from '../terminal';
import { address, count, identifier, several } from '../values';

interface AnnotateOptions extends ActingOptions {
  dataset: string;
  aspect: string;
  author?: string[];
  manifest?: string[];
  from?: number;
}

/** @param dataset the command that this one belongs to */
export function registerAnnotate(dataset: Command): void {
  const command = dataset
    .command('annotate')
    .description('keep what somebody says of the items, as a layer beside them, before a version is sealed');
  addPerson(addSettings(command), 'steward')
    .argument('<file>', 'lines of JSON: {"item": SHA256, "label": TEXT, "author"?: NAME, "time"?: MILLISECONDS}')
    .requiredOption('--dataset <id>', 'an open dataset', identifier)
    .requiredOption('--aspect <name>', 'what of the items it speaks of, such as caption or mood', identifier)
    .option('--author <pseudonym>', 'who may stand as author; may be given several times', several(identifier))
    .option('--manifest <address>', 'manifest of what was ingested; may be given several times', several(address))
    .option('--from <version>', 'a sealed version, whose items the next one takes over', count)
    .addHelpText(
      'after',
      '\nExample:\n  $ ./llmchain dataset annotate moods.jsonl --dataset letters --aspect mood --author critic --manifest sha256/… --member archive --as archivist',
    )
    .action((file: string, options: Common & AnnotateOptions) =>
      carryOut(options, (settings, terminal) => annotate(settings, terminal, file, options)),
    );
}

async function annotate(settings: Settings, terminal: Terminal, file: string, options: AnnotateOptions): Promise<void> {
  await stat(file).catch((cause: unknown) => {
    throw new LlmchainError('not_found', `The file ${file} cannot be read. Check its path.`, { file }, { cause });
  });
  const who = await acting(settings, terminal, options, { role: 'steward', administered: true });
  const { dataset: id, aspect, author, manifest, from } = options;
  const stream = createReadStream(file);
  try {
    const layer = await who.api.call('POST /v1/datasets/{id}/annotations', {
      params: { id },
      query: { aspect, authors: author?.join(','), manifests: manifest?.join(','), from },
      body: Readable.toWeb(stream) as ReadableStream<Uint8Array>,
    });
    terminal.result(layer, `${layer.annotations} annotations of ${layer.items} items lie at ${layer.address}.`);
  } finally {
    stream.destroy();
  }
}
