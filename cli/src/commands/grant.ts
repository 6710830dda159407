import { LlmchainError, type DatasetRef, type GrantSubject } from '@llmchain/protocol';
import { Option, type Command } from 'commander';
import { carryOut, type Common } from '../carry-out';
import { memberNamed, membersOf } from '../consortium/members';
import { gathered, listed } from '../consortium/pages';
import { acting, addPerson, type ActingOptions } from '../consortium/person';
import { addSettings, type Settings } from '../settings';
import type { Terminal } from '../terminal';
import { count, datasetVersion, digest, identifier, moment } from '../values';

const READER = { role: 'trainer', administered: true } as const;
const HOLDER = { role: 'artist', administered: true } as const;

interface RequestOptions extends ActingOptions {
  work?: string;
  dataset?: DatasetRef;
  purpose: string;
  until?: number;
}

interface DecideOptions extends ActingOptions {
  deny: boolean;
  until?: number;
}

export function registerGrant(root: Command): void {
  const grant = root
    .command('grant')
    .description('leave to read confidential works: ask for it, give it, take it back');
  const add = (name: string, description: string): Command => addSettings(grant.command(name).description(description));
  addPerson(add('request', 'ask the owner of a work or of a dataset version for leave to read it'), 'trainer')
    .argument('<id>', 'a new name for it', identifier)
    .option('--work <sha256>', 'the work', digest)
    .option('--dataset <name@version>', 'the dataset version', datasetVersion)
    .requiredOption('--purpose <text>', 'what for, on the ledger for everyone')
    .option('--until <date>', 'until when; without it there is no end', moment)
    .addHelpText(
      'after',
      '\nExample:\n  $ ./llmchain grant request concordance --member lab --as tom --work SHA256 --purpose "a concordance" --until 2027-01-31',
    )
    .action((id: string, options: Common & RequestOptions) =>
      carryOut(options, async (settings, terminal) => {
        const who = await acting(settings, terminal, options, READER);
        const { purpose, until = null } = options;
        const body = { grant: id, subject: subjectOf(options), purpose, until };
        const asked = await who.api.call('POST /v1/grants', { body });
        await who.settle(asked.block);
        terminal.result(asked, `${id} is asked for; the owner decides.`);
      }),
    );
  addPerson(add('decide', 'give leave to read, or deny it'), 'artist')
    .argument('<id>', 'the grant', identifier)
    .option('--deny', 'deny it', false)
    .option('--until <date>', 'an earlier end than was asked for', moment)
    .addHelpText(
      'after',
      '\nExample:\n  $ ./llmchain grant decide concordance --member guild --as ann --until 2027-01-15',
    )
    .action((id: string, options: Common & DecideOptions) =>
      carryOut(options, async (settings, terminal) => {
        const who = await acting(settings, terminal, options, HOLDER);
        const { deny, until } = options;
        const body = { approve: !deny, ...(until === undefined ? {} : { until }) };
        const decided = await who.api.call('POST /v1/grants/{id}/decide', { params: { id }, body });
        await who.settle(decided.block);
        terminal.result(decided, `${id} is ${decided.state}.`);
      }),
    );
  addPerson(add('revoke', 'take a grant back'), 'artist')
    .argument('<id>', 'the grant', identifier)
    .addHelpText('after', '\nExample:\n  $ ./llmchain grant revoke concordance --member guild --as ann')
    .action((id: string, options: Common & ActingOptions) =>
      carryOut(options, async (settings, terminal) => {
        const who = await acting(settings, terminal, options, HOLDER);
        const revoked = await who.api.call('POST /v1/grants/{id}/revoke', { params: { id } });
        await who.settle(revoked.block);
        terminal.result(revoked, `${id} is revoked; nothing is read under it any more.`);
      }),
    );
  add('list', 'grants, page by page')
    .option('--member <name>', 'whose gateway to ask', 'guild')
    .addOption(new Option('--state <state>').choices(['requested', 'granted', 'denied', 'revoked', 'expired']))
    .option('--limit <n>', 'most grants', count, 100)
    .addHelpText('after', '\nExample:\n  $ ./llmchain grant list --state requested')
    .action((options: Common & ListOptions) =>
      carryOut(options, (settings, terminal) => list(settings, terminal, options)),
    );
}

/** @throws {LlmchainError} `invalid_argument` unless it is one of the two */
function subjectOf({ work, dataset }: RequestOptions): GrantSubject {
  if (work !== undefined && dataset === undefined) return { kind: 'work', work };
  if (work === undefined && dataset !== undefined) return { kind: 'dataset', ...dataset };
  throw new LlmchainError('invalid_argument', 'Name what to read: --work SHA256 or --dataset NAME@VERSION.');
}

interface ListOptions {
  member: string;
  state?: 'requested' | 'granted' | 'denied' | 'revoked' | 'expired';
  limit: number;
}

async function list(settings: Settings, terminal: Terminal, options: ListOptions): Promise<void> {
  const { admin } = memberNamed(await membersOf(settings.home), options.member);
  const { state } = options;
  const { data, more } = await gathered(options.limit, (limit, after) =>
    admin.call('GET /v1/grants', { query: { limit, after, state } }),
  );
  const lines = data.map(({ grant, state: at, grantee, subject, purpose }) => {
    const what = subject.kind === 'work' ? subject.work : `${subject.dataset}@${subject.version}`;
    return `${grant.padEnd(20)}  ${at.padEnd(9)}  ${grantee}: ${what}  ${purpose}`;
  });
  terminal.result({ grants: data, more }, listed(lines, more));
}
