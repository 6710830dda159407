import { readFile } from 'node:fs/promises';
import { LlmchainError, type Use } from '@llmchain/protocol';
import { Option, type Command } from 'commander';
import { carryOut, type Common } from '../carry-out';
import { memberNamed, membersOf } from '../consortium/members';
import { gathered, listed } from '../consortium/pages';
import { acting, addPerson, type ActingOptions } from '../consortium/person';
import { addSettings, type Settings } from '../settings';
import type { Terminal } from '../terminal';
import { count, digest, identifier, moment, several, use } from '../values';

const HOLDER = { role: 'artist', administered: true } as const;
const BUYER = { role: 'steward', administered: true } as const;

interface OfferOptions extends ActingOptions {
  work: string[];
  use: Use[];
  licensee: string;
  price: number;
  weight: number;
  from?: number;
  until?: number;
  territory?: string[];
  exclusive: boolean;
  irrevocable: boolean;
  terms?: string;
  termsFile?: string;
}

export function registerLicence(root: Command): void {
  const licence = root.command('licence').description('licences: offer, accept and pay, revoke');
  const add = (name: string, description: string): Command =>
    addSettings(licence.command(name).description(description));
  addPerson(add('offer', 'offer a licence for works of yours'), 'artist')
    .argument('<id>', 'a new name for it', identifier)
    .requiredOption('--work <sha256>', 'a work; may be given several times', several(digest))
    .requiredOption('--use <use>', 'training, generative_training, inference or mining; several times', several(use))
    .option('--licensee <mspid>', 'who alone may accept it, such as ArchiveMSP', '*')
    .option('--price <micro>', 'micro-credits', count, 0)
    .option('--weight <n>', "weight in the artists' pool; 100 is that of a work without licence", count, 100)
    .option('--from <date>', 'from when on, such as 2027-01-31', moment)
    .option('--until <date>', 'until when; without it there is no end', moment)
    .option('--territory <country>', 'ISO 3166-1, such as DE; several times', several(String))
    .option('--exclusive', 'nobody else is licensed for these uses meanwhile', false)
    .option('--irrevocable', 'once accepted it cannot be taken back', false)
    .option(
      '--terms-file <file>',
      'private terms, a text: whom the licence is for reads it, the ledger has its salted digest',
    )
    .option('--terms <sha256>', 'digest of salted terms that the parties exchange themselves', digest)
    .addHelpText(
      'after',
      '\nExample:\n  $ ./llmchain licence offer ann-2027 --member guild --as ann --work SHA256 --use generative_training --price 50000 --until 2027-12-31',
    )
    .action((id: string, options: Common & OfferOptions) =>
      carryOut(options, (settings, terminal) => offer(settings, terminal, id, options)),
    );
  addPerson(add('accept', 'accept a licence for a member, and pay it from the treasury'), 'steward')
    .argument('<id>', 'the licence', identifier)
    .option('--terms <sha256>', 'digest of the private terms as you read them, where it has such', digest)
    .addHelpText(
      'after',
      '\nExamples:\n  $ ./llmchain licence accept ann-2027 --member archive --as archivist\n  $ ./llmchain market list --kind licence    (what there is to accept)',
    )
    .action((id: string, options: Common & ActingOptions & { terms?: string }) =>
      carryOut(options, async (settings, terminal) => {
        const who = await acting(settings, terminal, options, BUYER);
        const { terms } = options;
        const body = terms === undefined ? {} : { terms };
        const accepted = await who.api.call('POST /v1/licences/{id}/accept', { params: { id }, body });
        await who.settle(accepted.block);
        terminal.result(accepted, `${who.member.name} has the licence ${id} and paid ${accepted.price} micro-credits.`);
      }),
    );
  addPerson(add('terms', 'the private terms of a licence, for its parties and for whom it is offered to'), 'steward')
    .argument('<id>', 'the licence', identifier)
    .addHelpText(
      'after',
      '\nExamples:\n  $ ./llmchain licence terms ann-2027 --member archive --as archivist\n  $ ./llmchain licence accept ann-2027 --member archive --as archivist --terms SHA256    (as it was told)',
    )
    .action((id: string, options: Common & ActingOptions) =>
      carryOut(options, async (settings, terminal) => {
        const who = await acting(settings, terminal, options, BUYER);
        const read = await who.api.call('GET /v1/licences/{id}/terms', { params: { id } });
        terminal.result(read, `${read.text}\n\nterms ${read.terms}`);
      }),
    );
  addPerson(add('revoke', 'take an offer or a licence back'), 'artist')
    .argument('<id>', 'the licence', identifier)
    .addHelpText('after', '\nExample:\n  $ ./llmchain licence revoke ann-2027 --member guild --as ann')
    .action((id: string, options: Common & ActingOptions) =>
      carryOut(options, async (settings, terminal) => {
        const who = await acting(settings, terminal, options, HOLDER);
        const revoked = await who.api.call('POST /v1/licences/{id}/revoke', { params: { id } });
        await who.settle(revoked.block);
        terminal.result(revoked, `${id} is revoked; what relied on it is tainted.`);
      }),
    );
  add('list', 'licences and offers, page by page')
    .option('--member <name>', 'whose gateway to ask', 'guild')
    .option('--owner <mspid>', 'granted by this member, such as GuildMSP')
    .option('--person <name>', 'granted by this person', identifier)
    .addOption(new Option('--state <state>').choices(['offered', 'active', 'expired', 'revoked']))
    .option('--limit <n>', 'most licences', count, 100)
    .addHelpText('after', '\nExample:\n  $ ./llmchain licence list --state offered')
    .action((options: Common & ListOptions) =>
      carryOut(options, (settings, terminal) => list(settings, terminal, options)),
    );
}

async function offer(settings: Settings, terminal: Terminal, id: string, options: OfferOptions): Promise<void> {
  const who = await acting(settings, terminal, options, HOLDER);
  const { work: works, use: uses, licensee, price, weight, from = 0, until = null, territory } = options;
  const terms = await termsOf(options);
  const offered = await who.api.call('POST /v1/licences', {
    body: {
      ...{ licence: id, works, uses, licensee, price, weight, from, until },
      ...(territory ? { territory } : {}),
      ...(options.exclusive ? { exclusive: true } : {}),
      ...(options.irrevocable ? { irrevocable: true } : {}),
      ...(terms === undefined ? {} : { terms }),
    },
  });
  await who.settle(offered.block);
  terminal.result(offered, `${id} is offered for ${price} micro-credits; others see it in their catalogue.`);
}

async function termsOf({ terms, termsFile }: OfferOptions): Promise<string | { text: string } | undefined> {
  if (termsFile === undefined) return terms;
  if (terms !== undefined)
    throw new LlmchainError('invalid_argument', 'Give the terms or their digest, not both: --terms-file or --terms.');
  const text = await readFile(termsFile, 'utf8').catch((cause: unknown) => {
    throw new LlmchainError('not_found', `The file ${termsFile} cannot be read. Check its path.`, {}, { cause });
  });
  return { text: text.replaceAll('\r\n', '\n') };
}

interface ListOptions {
  member: string;
  owner?: string;
  person?: string;
  state?: 'offered' | 'active' | 'expired' | 'revoked';
  limit: number;
}

async function list(settings: Settings, terminal: Terminal, options: ListOptions): Promise<void> {
  const { admin } = memberNamed(await membersOf(settings.home), options.member);
  const { owner, person, state } = options;
  const { data, more } = await gathered(options.limit, (limit, after) =>
    admin.call('GET /v1/licences', { query: { limit, after, owner, person, state } }),
  );
  const lines = data.map(
    (each) =>
      `${each.licence.padEnd(24)} ${each.state.padEnd(8)} ${String(each.price).padStart(12)} micro-credits  ${each.works.length} works, ${each.uses.join(', ')}`,
  );
  terminal.result({ licences: data, more }, listed(lines, more));
}
