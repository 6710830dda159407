import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { LedgerClient } from '@llmchain/ledger-client';
import { LlmchainError, type Account, type ErrorCode } from '@llmchain/protocol';
import { z } from 'zod';
import type { Benchmark } from './benchmark';
import type { Consortium } from './consortium';
import { Peer } from './peer';
import { send } from './rest';

const PAYERS = 64;
const PAYMENTS = 1_000;
const MEMBERS = ['guild', 'archive', 'lab'] as const;
const PAYEE: Account = 'member:ComputeMSP';
const TREASURY: Account = 'member:GuildMSP';

/** What a payment that was tried once may be lost by; anything else is a fault of the benchmark. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['conflict', 'unavailable', 'commit_unknown']);

const Key = z.object({ id: z.string() });

/**
 * A thousand payments, 64 at a time, none of them repeated when it loses a race. `delta rows`: 64 people pay one account,
 * as every payment here is made, by a row of its own. `read-modify-write`: 64 at once pay from one account, whose balance
 * each of them reads and writes, as a ledger does that keeps what comes in under the same key.
 */
export const ledgerHotkey: Benchmark = {
  rounds: 1,
  goals: [
    { arm: 'delta rows', least: PAYMENTS },
    { arm: 'ratio', least: 10 },
  ],
  async run({ consortium, samples, rounds, smoke, say }) {
    await consortium.command(z.unknown(), 'up', '--without-models');
    const [payers, payments] = smoke ? [4, 8] : [PAYERS, PAYMENTS];
    const { gateway, gatewayConfig, adminKey } = await consortium.member('guild');
    const admin = (await readFile(adminKey, 'utf8')).trim();
    const people: { id: string; account: Account }[] = [];
    for (let index = 0; index < payers; index++) {
      const name = `payer-${randomUUID().slice(0, 8)}-${index}`;
      const { id } = Key.parse(await send('POST', `${gateway}/v1/keys`, admin, { role: 'artist', name }));
      people.push({ id, account: `artist:GuildMSP:${name}` });
    }
    await fund(
      consortium,
      people.map(({ account }) => account),
    );
    const peer = await Peer.of(gatewayConfig);
    try {
      const clients = await Promise.all(people.map(({ id }) => peer.as(id, 1)));
      const treasurer = await peer.as('admin', 1);
      for (let round = 1; round <= rounds; round++) {
        const rows = await count(payments, clients, (client, who) => pay(client, people[who]!.account, PAYEE));
        const hot = await count(payments, clients, (_, who) => pay(treasurer, TREASURY, people[who]!.account));
        samples.add('delta rows', 'valid', rows.valid);
        samples.add('read-modify-write', 'valid', hot.valid);
        samples.add('ratio', '×', rows.valid / Math.max(1, hot.valid));
        for (const [why, lost] of rows.lost) samples.add(`delta rows, ${why}`, 'lost', lost);
        say(`of ${payments}: ${rows.valid} valid by delta rows${told(rows)}, ${hot.valid} by one key${told(hot)}`);
      }
    } finally {
      peer.close();
    }
  },
};

async function pay(client: LedgerClient, from: Account, to: Account): Promise<void> {
  await client.submit('credits:transfer', { operationId: randomUUID(), from, to, amount: 1 });
}

interface Outcome {
  valid: number;
  /** How many were lost for which reason. */
  lost: Map<string, number>;
}

/** How many of so many acts were valid and why the others were not, each client doing one after another. */
async function count(
  acts: number,
  clients: readonly LedgerClient[],
  act: (client: LedgerClient, who: number) => Promise<void>,
): Promise<Outcome> {
  const lost = new Map<string, number>();
  let begun = 0;
  let valid = 0;
  const one = async (client: LedgerClient, who: number): Promise<void> => {
    while (begun < acts) {
      begun++;
      try {
        await act(client, who);
        valid++;
      } catch (error) {
        if (!(error instanceof LlmchainError) || !PASSING.has(error.code)) throw error;
        const why = reason(error);
        lost.set(why, (lost.get(why) ?? 0) + 1);
      }
    }
  };
  await Promise.all(clients.map(one));
  return { valid, lost };
}

/** The code, with the peers' validation code or the stage of the submission at which it was given. */
function reason({ code, details }: LlmchainError): string {
  const { validation, stage } = details as { validation?: string; stage?: string };
  return [code, validation ?? stage].filter(Boolean).join(' ');
}

function told({ lost }: Outcome): string {
  return lost.size === 0 ? '' : ` (${[...lost].map(([why, times]) => `${times} ${why}`).join(', ')})`;
}

/** The members vote each account some money. */
async function fund(consortium: Consortium, accounts: readonly Account[]): Promise<void> {
  const proposal = `bench-${randomUUID().slice(0, 8)}`;
  const grants = accounts.map((account) => ({ account, amount: 1_000 }));
  const motion = { kind: 'issue', grants, reason: 'a benchmark' };
  for (const [index, name] of MEMBERS.entries()) {
    const { gateway, adminKey } = await consortium.member(name);
    const key = (await readFile(adminKey, 'utf8')).trim();
    if (index === 0) await send('POST', `${gateway}/v1/proposals`, key, { proposal, motion });
    else await voted(gateway, key, proposal);
  }
}

/** A peer that has not the proposal yet is asked again. */
async function voted(gateway: string, key: string, proposal: string): Promise<void> {
  for (let left = 20; ; left--) {
    try {
      await send('POST', `${gateway}/v1/proposals/${proposal}/votes`, key, { approve: true });
      return;
    } catch (error) {
      if (left === 0) throw error;
      await delay(250);
    }
  }
}
