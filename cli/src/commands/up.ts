import { setTimeout as delay } from 'node:timers/promises';
import { Consortium, type UpResult } from '@llmchain/network';
import { LlmchainError, REMEDY } from '@llmchain/protocol';
import { found } from '../consortium/found';
import { membersOf, type MemberAccess } from '../consortium/members';
import type { Settings } from '../settings';
import type { Terminal } from '../terminal';

export interface UpAnswer extends UpResult {
  models: string[];
}

const DUTIES: Readonly<Record<string, string>> = {
  guild: 'artists',
  archive: 'datasets',
  lab: 'models',
  compute: 'workers',
};

/** How long peers that have just been started take at most to find one another again, milliseconds. */
const PATIENCE = 30_000;

/** Does the work again while its error says that it is worth it. Founding may be repeated: its operation ids are fixed. */
async function patiently(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      const worth = error instanceof LlmchainError && REMEDY[error.code] === 'retry' && !signal.aborted;
      if (!worth || performance.now() > end) throw error;
      await delay(250);
    }
  }
}

/** Starts or heals the consortium and returns when a transaction has committed. */
export async function up(settings: Settings, terminal: Terminal): Promise<UpAnswer> {
  const started = performance.now();
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  process.once('SIGINT', onSignal);
  try {
    const network = new Consortium(
      { home: settings.home, portBase: settings.portBase, fabricBin: process.env.FABRIC_BIN },
      { report: terminal },
    );
    const result = await network.up(interrupt.signal);
    const step = terminal.step('founding');
    const members = await membersOf(settings.home);
    await patiently(() => found(members), interrupt.signal).catch((error: unknown) => {
      step.fail(error);
      throw error;
    });
    step.done('committed');
    const guild = members[0] as MemberAccess;
    const { height } = await guild.admin.call('GET /v1/ledger/height', {});
    const { data } = await guild.admin.call('GET /v1/models', {});
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    return { ...result, height, seconds, models: data.map(({ id }) => id) };
  } finally {
    process.removeListener('SIGINT', onSignal);
  }
}

export async function upCommand(settings: Settings, terminal: Terminal): Promise<void> {
  const answer = await up(settings, terminal);
  const lines = Object.entries(answer.members).map(
    ([name, { gateway }]) => `   ${name.padEnd(9)} ${gateway}   ${DUTIES[name] ?? ''}`,
  );
  terminal.result(answer, ['', ...lines, '', `Ready in ${answer.seconds} s. Next: ./llmchain demo`].join('\n'));
}
