import type { Creator, Preference, WorkEntry } from '@llmchain/protocol';
import { Option, type Command } from 'commander';
import { carryOut, type Common } from '../carry-out';
import { memberNamed, membersOf } from '../consortium/members';
import { gathered, listed } from '../consortium/pages';
import { acting, addPerson, type ActingOptions } from '../consortium/person';
import { submissions } from '../consortium/works';
import { addSettings, type Settings } from '../settings';
import type { Terminal } from '../terminal';
import { count, creator, digest, identifier, permission, several } from '../values';

const ALLOW = '--allow <use=word>';
const ALLOW_MEANS =
  'training, generative_training, inference or mining = allowed, constrained (needs a licence) or not_allowed; what is not named is not allowed';
const HOLDER = { role: 'artist', administered: true } as const;

interface RegisterOptions extends ActingOptions {
  title?: string;
  creator?: Creator[];
  allow?: Preference;
  derivedFrom?: string;
  versionOf?: string;
  medium?: WorkEntry['medium'];
}

export function registerArtwork(root: Command): void {
  const artwork = root.command('artwork').description('works: register them, say what may be done with them');
  const add = (name: string, description: string): Command =>
    addSettings(artwork.command(name).description(description));
  addPerson(add('register', 'register files as works of a person'), 'artist')
    .argument('<file...>', 'the works, a file each')
    .option('--title <title>', "of a single work; else its file's name")
    .option(
      '--creator <name=share>',
      'a creator and their share in basis points; default: the person, 10000',
      several(creator),
    )
    .option(ALLOW, ALLOW_MEANS, permission)
    .option('--derived-from <sha256>', 'the work that it was made from', digest)
    .option('--version-of <sha256>', "the person's own earlier version", digest)
    .addOption(
      new Option('--medium <medium>', "else by the file's ending").choices([
        'text',
        'image',
        'audio',
        'video',
        'other',
      ]),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ ./llmchain artwork register poem.txt --member guild --as ann --allow generative_training=constrained\n  $ ./llmchain artwork register *.png --member guild --as ann --creator ann=6000 --creator bob=4000',
    )
    .action((files: string[], options: Common & RegisterOptions) =>
      carryOut(options, (settings, terminal) => register(settings, terminal, files, options)),
    );
  add('list', 'works, page by page')
    .option('--member <name>', 'whose gateway to ask', 'guild')
    .option('--owner <mspid>', "of this member's, such as GuildMSP")
    .option('--person <name>', "of this person's", identifier)
    .option('--limit <n>', 'most works', count, 100)
    .addHelpText('after', '\nExample:\n  $ ./llmchain artwork list --person ann')
    .action((options: Common & ListOptions) =>
      carryOut(options, (settings, terminal) => list(settings, terminal, options)),
    );
  for (const [name, description, run] of [
    ['show', "a work's record", show],
    ['history', "everything that ever stood in a work's record, and its sales", history],
    ['erasure', 'what became of the copies of an erased work, by each member that held one', erasure],
  ] as const)
    add(name, description)
      .argument('<sha256>', 'the work', digest)
      .option('--member <name>', 'whose gateway to ask', 'guild')
      .addHelpText('after', `\nExample:\n  $ ./llmchain artwork ${name} SHA256 --json`)
      .action((id: string, options: Common & { member: string }) =>
        carryOut(options, (settings, terminal) => run(settings, terminal, id, options.member)),
      );
  addPerson(add('prefer', 'say what may be done with a work'), 'artist')
    .argument('<sha256>', 'the work', digest)
    .option(ALLOW, ALLOW_MEANS, permission)
    .addHelpText(
      'after',
      '\nExamples:\n  $ ./llmchain artwork prefer SHA256 --member guild --as ann --allow generative_training=allowed\n  $ ./llmchain artwork prefer SHA256 --member guild --as ann    (nothing is allowed any more)',
    )
    .action((id: string, options: Common & ActingOptions & { allow?: Preference }) =>
      carryOut(options, async (settings, terminal) => {
        const who = await acting(settings, terminal, options, HOLDER);
        const body = { preference: options.allow ?? {} };
        const work = await who.api.call('PUT /v1/artworks/{id}/preference', { params: { id }, body });
        await who.settle(work.block);
        terminal.result(work, `${work.title}: ${told(work.preference)}.`);
      }),
    );
  addPerson(add('withdraw', 'withdraw a work: nothing new may rely on it'), 'artist')
    .argument('<sha256>', 'the work', digest)
    .addHelpText('after', '\nExample:\n  $ ./llmchain artwork withdraw SHA256 --member guild --as ann')
    .action((id: string, options: Common & ActingOptions) =>
      carryOut(options, async (settings, terminal) => {
        const who = await acting(settings, terminal, options, HOLDER);
        const work = await who.api.call('POST /v1/artworks/{id}/withdraw', { params: { id } });
        await who.settle(work.block);
        terminal.result(work, `${work.title} is withdrawn; what relied on it is tainted.`);
      }),
    );
  addPerson(
    add('erase', 'withdraw a work and have every copy of its content destroyed; there is no way back'),
    'artist',
  )
    .argument('<sha256>', 'the work', digest)
    .addHelpText('after', '\nExample:\n  $ ./llmchain artwork erase SHA256 --member guild --as ann')
    .action((id: string, options: Common & ActingOptions) =>
      carryOut(options, async (settings, terminal) => {
        const who = await acting(settings, terminal, options, HOLDER);
        const erasure = await who.api.call('POST /v1/artworks/{id}/erase', { params: { id } });
        await who.settle(erasure.block);
        terminal.result(
          erasure,
          `Every member destroys its copy. "llmchain artwork erasure ${id}" tells how far they are.`,
        );
      }),
    );
}

async function register(
  settings: Settings,
  terminal: Terminal,
  files: readonly string[],
  options: RegisterOptions,
): Promise<void> {
  const who = await acting(settings, terminal, options, { role: 'artist', administered: false });
  const { medium, derivedFrom, versionOf } = options;
  const creators = options.creator ?? (who.person === undefined ? [] : [{ person: who.person, share: 10_000 }]);
  const title = files.length === 1 ? options.title : undefined;
  if (title === undefined && options.title !== undefined)
    terminal.line('--title is for a single work; these are called after their files.');
  const works: { id: string; title: string }[] = [];
  const said = { title, medium, creators, preference: options.allow ?? {}, derivedFrom, versionOf };
  let block = 0;
  for await (const group of submissions(files, said)) {
    const step = terminal.step('register');
    try {
      const answer = await who.api.call('POST /v1/artworks', { body: { works: group } });
      works.push(...answer.works);
      block = answer.block;
      step.done(`${works.length} of ${files.length} works`);
    } catch (error) {
      step.fail(error);
      throw error;
    }
  }
  await who.settle(block);
  terminal.result({ works, block }, works.map((work) => `${work.id}  ${work.title}`).join('\n'));
}

interface ListOptions {
  member: string;
  owner?: string;
  person?: string;
  limit: number;
}

async function list(settings: Settings, terminal: Terminal, options: ListOptions): Promise<void> {
  const { admin } = memberNamed(await membersOf(settings.home), options.member);
  const { owner, person } = options;
  const { data, more } = await gathered(options.limit, (limit, after) =>
    admin.call('GET /v1/artworks', { query: { limit, after, owner, person } }),
  );
  const lines = data.map((work) => `${work.sha256}  ${work.state.padEnd(10)}  ${work.title}`);
  terminal.result({ works: data, more }, listed(lines, more));
}

async function show(settings: Settings, terminal: Terminal, id: string, member: string): Promise<void> {
  const { admin } = memberNamed(await membersOf(settings.home), member);
  const work = await admin.call('GET /v1/artworks/{id}', { params: { id } });
  const shares = work.shares.map(({ holder, share }) => `${holder} ${share / 100} %`);
  const disputes = work.disputes.length ? [`disputed: ${work.disputes.join(', ')}`] : [];
  const lines = [`${work.title} (${work.medium}, ${work.bytes} bytes), ${work.state}`, told(work.preference)];
  terminal.result(work, [...lines, `earns for ${shares.join(', ')}`, ...disputes].join('\n'));
}

async function history(settings: Settings, terminal: Terminal, id: string, member: string): Promise<void> {
  const { admin } = memberNamed(await membersOf(settings.home), member);
  const answer = await admin.call('GET /v1/artworks/{id}/history', { params: { id } });
  const versions = answer.versions.map(
    ({ time, function: name, creator: by, record }) =>
      `${new Date(time).toISOString()}  ${name} by ${by}: ${told(record.preference)}; ${record.shares.map(({ holder }) => holder).join(', ')}`,
  );
  const sales = answer.sales.map(
    ({ sale, state, price, soldTo }) =>
      `sale ${sale}: ${state}, ${price} micro-credits${soldTo ? `, to ${soldTo}` : ''}`,
  );
  terminal.result(answer, [...versions, ...sales].join('\n'));
}

async function erasure(settings: Settings, terminal: Terminal, id: string, member: string): Promise<void> {
  const { admin } = memberNamed(await membersOf(settings.home), member);
  const statement = await admin.call('GET /v1/artworks/{id}/erasure', { params: { id } });
  const members = statement.members.map(({ member: mspId, grounds, attestation }) => {
    const said = attestation ? `${attestation.outcome}, ${attestation.derived} derived` : 'has not attested yet';
    return `${mspId}: ${said} (${grounds.join(', ')})`;
  });
  const made = statement.madeFrom.map(({ title, work }) => `Made from it, and its owner's: ${work}  ${title}`);
  const end = statement.complete ? 'No member holds a copy.' : 'Not complete.';
  terminal.result(statement, [...members, ...made, end].join('\n'));
}

/** What may be done, for people. */
function told(preference: Preference): string {
  const words = Object.entries(preference).map(([use, word]) => `${use} ${word}`);
  return words.length ? words.join(', ') : 'nothing is allowed';
}
