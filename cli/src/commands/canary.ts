import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from '@llmchain/gateway-client';
import { LlmchainError } from '@llmchain/protocol';
import type { Command } from 'commander';
import { MemberApi } from '../api/member-api';
import { carryOut, type Common } from '../carry-out';
import { memberNamed, membersOf } from '../consortium/members';
import { addSettings } from '../settings';
import { count } from '../values';
import { createKey } from './key';

type Status = Answer<'GET /v1/receipts/{id}'>;

const UNDECIDED: ReadonlySet<Status['state']> = new Set(['signed', 'anchored']);
/** How long rivals may take, and how often the receipt is looked at, milliseconds. */
const PATIENCE = 900_000;
const EVERY = 1_000;

interface CanaryOptions extends Common {
  member: string;
  prompt: string;
  tokens: number;
  credits: number;
}

export function registerCanary(root: Command): void {
  addSettings(
    root
      .command('canary')
      .description(
        'see whether rivals look: have an own worker answer falsely, and say who found it and who accepted it',
      ),
  )
    .argument('<model>', 'a model of text that an own worker serves, such as poet or poet@1')
    .requiredOption('--member <name>', 'whose worker answers falsely, and whose stake pays the finders')
    .option('--prompt <text>', 'what it is asked', 'Tell me of the sea.')
    .option('--tokens <number>', 'how long the answer is at most', count, 24)
    .option('--credits <micro-credits>', 'what the answer may cost', count, 1_000_000)
    .addHelpText(
      'after',
      '\nNobody is given the answer. It costs what a fault costs: what the slash is, see "llmchain stake list".' +
        '\n\nExample:\n  $ ./llmchain canary smollm2-135m-instruct --member compute',
    )
    .action((model: string, options: CanaryOptions) =>
      carryOut(options, async (settings, terminal) => {
        const member = memberNamed(await membersOf(settings.home), options.member);
        const name = `canary-${randomBytes(4).toString('hex')}`;
        const { id, key } = await createKey(member, { role: 'operator', name, credits: options.credits });
        const api = new MemberApi(member.admin.url, key);
        try {
          const { prompt, tokens: maxTokens } = options;
          const { receipt } = await api.call('POST /v1/canaries', { body: { model, prompt, maxTokens } });
          terminal.line(`A false answer is on its way to the rivals of ${member.name}: receipt ${receipt}.`);
          const { state, batch, findings } = await decided(api, receipt);
          if (state !== 'accepted' && findings.length === 0)
            throw new LlmchainError('not_verified', 'The rivals had no verdict in time. Send another canary later.', {
              receipt,
            });
          const found = findings.map((finding) => finding.member);
          const missed = state === 'accepted' ? await confess(api, batch!, receipt) : [];
          terminal.result(
            { receipt, batch, state, found, missed },
            missed.length > 0
              ? `${missed.join(', ')} accepted it. It is a fault on the ledger now, which counts against them.`
              : `${found.join(', ')} found it.`,
          );
        } finally {
          await member.admin.call('DELETE /v1/keys/{id}', { params: { id } });
        }
      }),
    );
}

async function decided(api: MemberApi, id: string): Promise<Status> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const status = await api.call('GET /v1/receipts/{id}', { params: { id } });
    if (!UNDECIDED.has(status.state) || Date.now() > end) return status;
    await delay(EVERY);
  }
}

/** Has the rivals re-execute what was accepted. @returns who had accepted it */
async function confess(api: MemberApi, batch: string, receipt: string): Promise<string[]> {
  const [producer = '', number = ''] = batch.split('/');
  const params = { producer, sequence: Number(number) };
  const { verifiers } = await api.call('GET /v1/batches/{producer}/{sequence}', { params });
  await api.call('POST /v1/batches/{producer}/{sequence}/receipts/{receipt}/fault', {
    params: { ...params, receipt },
  });
  return verifiers;
}
