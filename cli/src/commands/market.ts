import type { Account, Use, WorkEntry } from '@llmchain/protocol';
import { Option, type Command } from 'commander';
import { carryOut, type Common } from '../carry-out';
import { memberNamed, membersOf } from '../consortium/members';
import { gathered, listed } from '../consortium/pages';
import { accountOf, acting, addPerson, type ActingOptions } from '../consortium/person';
import { addSettings, type Settings } from '../settings';
import type { Terminal } from '../terminal';
import { account, count, digest, identifier, moment, use } from '../values';

const HOLDER = { role: 'artist', administered: true } as const;

interface Wanted {
  member: string;
  kind?: 'dataset' | 'licence' | 'model' | 'sale' | 'service';
  text?: string;
  use?: Use;
  of?: string;
  maxPrice?: number;
  medium?: WorkEntry['medium'];
  limit: number;
}

interface SellOptions extends ActingOptions {
  work: string;
  share: number;
  ownership: boolean;
  price: number;
  until?: number;
  buyer?: Account;
}

export function registerMarket(root: Command): void {
  const market = root.command('market').description('the catalogue; works and shares in them, sold and bought');
  const add = (name: string, description: string): Command =>
    addSettings(market.command(name).description(description));
  add('list', 'what a member can have: licences, works and shares, datasets, models and services, with prices')
    .option('--member <name>', 'for whom, and whose gateway to ask', 'guild')
    .addOption(new Option('--kind <kind>').choices(['dataset', 'licence', 'model', 'sale', 'service']))
    .option('--text <words>', 'part of a title or an id')
    .option('--use <use>', 'training, generative_training, inference or mining', use)
    .option('--of <mspid>', 'what belongs to this member, such as GuildMSP')
    .option('--max-price <micro>', 'micro-credits', count)
    .addOption(new Option('--medium <medium>').choices(['text', 'image', 'audio', 'video', 'other']))
    .option('--limit <n>', 'most entries', count, 100)
    .addHelpText(
      'after',
      '\nExamples:\n  $ ./llmchain market list --member archive --kind licence --max-price 100000\n  $ ./llmchain market list --text sonnet --json',
    )
    .action((options: Common & Wanted) => carryOut(options, (settings, terminal) => list(settings, terminal, options)));
  addPerson(add('sell', 'offer a share of what a work earns, its ownership, or both'), 'artist')
    .argument('<id>', 'a new name for the sale', identifier)
    .requiredOption('--work <sha256>', 'the work', digest)
    .requiredOption('--price <micro>', 'micro-credits', count)
    .option('--share <bp>', "basis points of the work's earnings, 10000 for all of them", count, 0)
    .option('--ownership', 'the buyer then decides over the work', false)
    .option('--until <date>', 'such as 2027-01-31; without it there is no end', moment)
    .option('--buyer <account>', 'who alone may buy, such as member:ArchiveMSP', account)
    .addHelpText(
      'after',
      '\nExamples:\n  $ ./llmchain market sell half --member guild --as ann --work SHA256 --share 5000 --price 900000\n  $ ./llmchain market sell whole --member guild --as ann --work SHA256 --share 10000 --ownership --price 2000000',
    )
    .action((id: string, options: Common & SellOptions) =>
      carryOut(options, (settings, terminal) => sell(settings, terminal, id, options)),
    );
  addPerson(add('buy', 'buy what is for sale: payment and delivery, both or neither'), 'artist')
    .argument('<id>', 'the sale', identifier)
    .option('--account <account>', "who pays and gets it; default: the person's account, or the member's", account)
    .addHelpText('after', '\nExample:\n  $ ./llmchain market buy half --member archive')
    .action((id: string, options: Common & ActingOptions & { account?: Account }) =>
      carryOut(options, async (settings, terminal) => {
        const who = await acting(settings, terminal, options, HOLDER);
        const body = { account: options.account ?? accountOf(who) };
        const sold = await who.api.call('POST /v1/sales/{id}/buy', { params: { id }, body });
        await who.settle(sold.block);
        terminal.result(sold, `${body.account} bought ${id} for ${sold.price} micro-credits.`);
      }),
    );
}

async function list(settings: Settings, terminal: Terminal, options: Wanted): Promise<void> {
  const { admin } = memberNamed(await membersOf(settings.home), options.member);
  const { kind, text, use: wantedUse, of: member, maxPrice, medium } = options;
  let seen = { asOf: { block: -1, time: 0 }, complete: true };
  const { data, more } = await gathered(options.limit, async (limit, after) => {
    const query = { limit, after, kind, text, use: wantedUse, member, maxPrice, medium };
    const page = await admin.call('GET /v1/catalogue', { query });
    seen = { asOf: page.asOf, complete: page.complete && seen.complete };
    return page;
  });
  const lines = data.map(
    ({ kind: what, id, price, member: whose, title, obtain }) =>
      `${what.padEnd(8)} ${id.padEnd(24)} ${String(price).padStart(12)}  ${whose.padEnd(12)} ${title}  (${obtain.method} ${obtain.path})`,
  );
  terminal.result({ data, more, ...seen }, listed(lines, more));
}

async function sell(settings: Settings, terminal: Terminal, id: string, options: SellOptions): Promise<void> {
  const who = await acting(settings, terminal, options, HOLDER);
  const { work, share, ownership, price, until = null, buyer } = options;
  const body = { sale: id, work, seller: accountOf(who), share, ownership, price, until, ...(buyer ? { buyer } : {}) };
  const offered = await who.api.call('POST /v1/sales', { body });
  await who.settle(offered.block);
  terminal.result(offered, `${id} is for sale for ${price} micro-credits; others see it in their catalogue.`);
}
