import { setTimeout as delay } from 'node:timers/promises';
import { Consortium, type SplitOrder, type UpResult, type WorkerCounts } from '@llmchain/network';
import { LlmchainError, REMEDY, type ModelRef } from '@llmchain/protocol';
import { found } from '../consortium/found';
import { membersOf, type MemberAccess } from '../consortium/members';
import { acting } from '../consortium/person';
import { bringSmollm2, type Brought } from '../models/bring';
import type { MemberApi } from '../api/member-api';
import { putUpStakes } from '../consortium/stakes';
import type { Settings } from '../settings';
import type { Terminal } from '../terminal';

export interface UpAnswer extends UpResult {
  /** Until a transaction had committed; bringing a model takes longer, once. */
  seconds: number;
  models: string[];
  /** The models that `up` brings along, and whether they answer yet; none with `--without-models`. */
  brought: Brought[];
}

export interface UpOptions {
  /** Leaves out the model that `up` brings along. */
  withoutModels?: boolean;
  /** How many workers members have from now on; those not named keep theirs. */
  workers?: WorkerCounts;
  /** A model version to split, and one to have whole again. */
  split?: SplitOrder;
  join?: ModelRef;
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

/**
 * Starts or heals the consortium; when a transaction has committed, brings the sample's model from outside, which workers
 * may still be loading when it returns.
 */
export async function up(settings: Settings, terminal: Terminal, options: UpOptions = {}): Promise<UpAnswer> {
  const started = performance.now();
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  process.once('SIGINT', onSignal);
  try {
    const network = new Consortium(
      {
        home: settings.home,
        portBase: settings.portBase,
        workerCounts: options.workers,
        split: options.split,
        join: options.join,
        fabricBin: process.env.FABRIC_BIN,
      },
      { report: terminal },
    );
    const result = await network.up(interrupt.signal);
    const step = terminal.step('founding');
    const members = await membersOf(settings.home);
    const begin = async (): Promise<void> => {
      await found(members);
      await putUpStakes(members, interrupt.signal);
    };
    await patiently(begin, interrupt.signal).catch((error: unknown) => {
      step.fail(error);
      throw error;
    });
    step.done('committed');
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    const guild = members[0] as MemberAccess;
    const brought = options.withoutModels
      ? []
      : [await bringSmollm2(terminal, members, () => trainer(settings, terminal))];
    const { height } = await guild.admin.call('GET /v1/ledger/height', {});
    const { data } = await guild.admin.call('GET /v1/models', {});
    return { ...result, height, seconds, models: data.map(({ id }) => id), brought };
  } finally {
    process.removeListener('SIGINT', onSignal);
  }
}

/** Who registers the model for the lab. */
async function trainer(settings: Settings, terminal: Terminal): Promise<MemberApi> {
  const options = { member: 'lab', as: 'curator' };
  return (await acting(settings, terminal, options, { role: 'trainer', administered: false })).api;
}

function told({ model, state, message = '' }: Brought): string {
  switch (state) {
    case 'ready':
      return `   ${model} answers; the README has a request for it.`;
    case 'loading':
      return `   ${model} is being loaded by the workers; "llmchain market list --member lab --kind service" shows it when it answers.`;
    case 'missing':
      return `   ${model} is not served: ${message} The next "llmchain up" tries again; --without-models leaves it out.`;
  }
}

export async function upCommand(settings: Settings, terminal: Terminal, options: UpOptions): Promise<void> {
  const answer = await up(settings, terminal, options);
  const lines = Object.entries(answer.members).map(
    ([name, { gateway }]) => `   ${name.padEnd(9)} ${gateway}   ${DUTIES[name] ?? ''}`,
  );
  terminal.result(
    answer,
    ['', ...lines, '', ...answer.brought.map(told), `Ready in ${answer.seconds} s. Next: ./llmchain demo`].join('\n'),
  );
}
