import { createReadStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { Readable, Transform } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { LlmchainError } from '@llmchain/protocol';
import { Option, type Command } from 'commander';
import { create } from 'tar';
import { carryOut, type Common } from '../carry-out';
import { memberNamed, membersOf } from '../consortium/members';
import { addSettings, type Settings } from '../settings';
import type { Terminal } from '../terminal';

const INGEST_FORMATS = ['text', 'jsonl', 'csv', 'tar', 'zip'] as const;
type Format = (typeof INGEST_FORMATS)[number];

const FORMAT_OF: ReadonlyMap<string, Format> = new Map([
  ['.txt', 'text'],
  ['.md', 'text'],
  ['.jsonl', 'jsonl'],
  ['.ndjson', 'jsonl'],
  ['.csv', 'csv'],
  ['.tar', 'tar'],
  ['.tgz', 'tar'],
  ['.gz', 'tar'],
  ['.zip', 'zip'],
]);
const MEBIBYTE = 1024 * 1024;
/** Every so many bytes the person is told how far it is. */
const TELL_EVERY = 64 * MEBIBYTE;

interface IngestRequest {
  dataset: string;
  member: string;
  format?: Format;
  field?: string;
  work?: string;
  licence?: string;
  spdx?: string;
  source?: string;
  period?: string;
  contributor?: string;
  languages?: string;
  pii?: 'flag' | 'mask' | 'drop';
  report?: string;
}

/** @param dataset the command that this one belongs to */
export function registerIngest(dataset: Command): void {
  addSettings(dataset.command('ingest').description('read, clean and store the items of a file or folder'))
    .argument('<path>', 'text, JSON lines, CSV, tar, zip, or a folder')
    .requiredOption('--dataset <id>', 'an open dataset')
    .requiredOption('--member <name>', 'whose bucket: guild, archive, lab, compute')
    .addOption(
      new Option('--format <format>', 'what the file is, where its name does not tell').choices(INGEST_FORMATS),
    )
    .option('--field <name>', 'field or column of the text (default text)')
    .option('--work <sha256>', 'the registered work that all of it is taken from; else a field or column "work"')
    .option('--licence <id>', 'licence relied on')
    .option('--spdx <expression>', 'SPDX licence expression')
    .option('--source <text>', 'where it was taken from')
    .option('--period <text>', 'when it was made')
    .option('--contributor <pseudonym>', 'who brought it')
    .option('--languages <codes>', 'languages to keep, ISO 639-3 with commas')
    .addOption(new Option('--pii <action>', 'what to do with personal data').choices(['flag', 'mask', 'drop']))
    .option('--report <file>', 'where to write the cleaning report')
    .addHelpText(
      'after',
      '\nExample:\n  $ ./llmchain dataset ingest letters.jsonl --dataset letters --member archive --work SHA256 --pii mask --report cleaning.json',
    )
    .action((path: string, options: Common & IngestRequest) =>
      carryOut(options, (settings, terminal) => ingest(settings, terminal, path, options)),
    );
}

/** The file as it is, or a folder as a tar archive of its files; links are left out. */
async function opened(path: string, format: Format | undefined): Promise<{ stream: Readable; format: Format }> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new LlmchainError('not_found', `There is no ${path}.`, { path }, { cause });
  });
  if (found.isDirectory()) {
    const filter = (_: string, entry: object): boolean => !('isSymbolicLink' in entry) || !isLink(entry);
    return { stream: Readable.from(create({ cwd: path, portable: true, filter }, ['.'])), format: 'tar' };
  }
  const known = format ?? FORMAT_OF.get(extname(path).toLowerCase());
  if (known) return { stream: createReadStream(path), format: known };
  throw new LlmchainError('invalid_argument', `What ${path} is cannot be told by its name: give --format.`, {
    formats: INGEST_FORMATS,
  });
}

function isLink(entry: object): boolean {
  return (entry as { isSymbolicLink: () => boolean }).isSymbolicLink();
}

/** Counts what goes out. */
function told(terminal: Terminal): Transform {
  let [sent, next] = [0, TELL_EVERY];
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sent += chunk.length;
      if (sent >= next) {
        terminal.line(`   ${Math.floor(sent / MEBIBYTE)} MiB sent`);
        next += TELL_EVERY;
      }
      done(null, chunk);
    },
  });
}

/** Sends a file or folder to a member's gateway, which reads, cleans and stores its items. */
async function ingest(settings: Settings, terminal: Terminal, path: string, options: IngestRequest): Promise<void> {
  const { admin } = memberNamed(await membersOf(settings.home), options.member);
  const { field, work, licence, spdx, source, period, contributor, languages, pii } = options;
  const { stream, format } = await opened(path, options.format);
  const step = terminal.step('ingest');
  const outgoing = stream.pipe(told(terminal));
  stream.once('error', (error) => outgoing.destroy(error));
  try {
    const answer = await admin.call('POST /v1/datasets/{id}/ingest', {
      params: { id: options.dataset },
      query: { format, field, work, licence, spdx, source, period, contributor, languages, pii },
      body: Readable.toWeb(outgoing) as ReadableStream<Uint8Array>,
    });
    step.done(`${answer.items} items of ${answer.cleaning.report.documents} documents`);
    if (options.report) await writeFile(options.report, `${JSON.stringify(answer.cleaning.report, null, 2)}\n`);
    const { unreadable, steps } = answer.cleaning.report;
    const dropped = [{ step: 'read', reasons: unreadable }, ...steps.filter((each) => each.dropped > 0)];
    for (const { step: name, reasons } of dropped) {
      for (const [reason, count] of Object.entries(reasons)) terminal.line(`   ${name}: ${reason} ${count}`);
    }
    terminal.result(answer, `   manifest ${answer.manifest ?? 'none'}\n   cleaning ${answer.cleaning.address}`);
  } catch (error) {
    step.fail(error);
    throw error;
  } finally {
    stream.destroy();
  }
}
