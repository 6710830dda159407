import type { LedgerClient } from '@llmchain/ledger-client';
import { ORDERING, type Ordering } from '@llmchain/network';
import { z } from 'zod';
import { installBare, oneRecord, warmUp } from './bare/contract';
import type { Benchmark } from './benchmark';
import { FABRIC_DEFAULTS, FABRIC_DEFAULTS_BY_SMART_BFT, FABRIC_SMART_BFT } from './fabric-defaults';
import { quantile } from './figures';
import { latencies, steadyRate } from './load';
import { Peer } from './peer';

/**
 * How many write at once for the peak. So many that none of the arms waits for its blocks: of 47 transactions per second,
 * which two cores carry, a hundred are on their way at any time when a block comes every two seconds.
 */
const SUBMITTERS = 192;

/** How each channel is ordered; an arm has its channel's name. */
const CHANNELS: Readonly<Record<string, Ordering>> = {
  ours: ORDERING,
  defaults: FABRIC_DEFAULTS,
  'smart-bft-200ms': FABRIC_SMART_BFT,
  'smart-bft-2s': FABRIC_DEFAULTS_BY_SMART_BFT,
};

/**
 * How long one write takes from the proposal to the commit, one at a time, and how many are written at best, with our block
 * settings and with Fabric's, on channels of the same orderers and peers, through the same peer and chaincode (one PutState,
 * `bare/chaincode.ts`). None is the consortium's own channel, whose every block the gateways index.
 *
 * `ours`: SmartBFT, a block every 250 ms. `defaults`, which the goals are about: what Fabric's sample configuration says where
 * nothing else is said, Raft and `BatchTimeout` 2 s, at most 500 transactions or 2 MB. SmartBFT reads neither `BatchTimeout`
 * nor `PreferredMaxBytes`, so two more arms tell what is whose. `smart-bft-200ms`: Fabric's sample profile for SmartBFT; a
 * write alone takes the interval and what consensus takes, whatever else is set, so that ours is slower by 50 ms.
 * `smart-bft-2s`: the same with the two seconds of `defaults` as its interval, so that on a write's way only the blocks differ
 * from ours.
 */
export const ledgerLatency: Benchmark = {
  rounds: 5,
  ratio: 'ratio',
  goals: [
    { arm: 'ratio', most: 0.15 },
    { arm: 'peak ratio', least: 0.95 },
  ],
  async run({ consortium, samples, rounds, smoke, say }) {
    await consortium.command(z.unknown(), 'up', '--without-models');
    const annex = await consortium.annex();
    const bare = await installBare(annex);
    const channels = Object.entries(CHANNELS).slice(0, smoke ? 2 : undefined);
    for (const [channel, ordering] of channels) {
      await annex.open(channel, ordering);
      await annex.define(bare, channel);
    }
    const peer = await Peer.of((await consortium.member('guild')).gatewayConfig);
    try {
      const arms: [string, LedgerClient][] = [];
      for (const [channel] of channels) arms.push([channel, await peer.asService({ channel, chaincode: bare.name })]);
      for (const [, ledger] of arms) await warmUp(ledger);
      const writes = smoke ? 1 : 10;
      const load = smoke
        ? { concurrency: 8, warmUp: 0, seconds: 3 }
        : { concurrency: SUBMITTERS, warmUp: 5, seconds: 16 };
      for (let round = 1; round <= rounds; round++) {
        const [p50, peak] = [new Map<string, number>(), new Map<string, number>()];
        for (const [arm, ledger] of arms)
          p50.set(arm, quantile(await latencies(() => oneRecord(ledger), { concurrency: 1, count: writes }), 0.5));
        for (const [arm, ledger] of arms) peak.set(arm, await steadyRate(() => oneRecord(ledger), load));
        for (const [arm] of channels) {
          samples.add(`${arm} p50`, 'ms', p50.get(arm)!);
          samples.add(`peak ${arm}`, '1/s', peak.get(arm)!);
        }
        for (const [arm] of channels.slice(1)) {
          const to = arm === 'defaults' ? '' : `, ${arm}`;
          samples.add(`ratio${to}`, '×', p50.get('ours')! / p50.get(arm)!);
          samples.add(`peak ratio${to}`, '×', peak.get('ours')! / peak.get(arm)!);
        }
        const told = channels.map(([arm]) => `${arm} ${Math.round(p50.get(arm)!)} ms, ${peak.get(arm)!.toFixed(1)}/s`);
        say(told.join('; '));
        // None is always the first after a pause, or the next after Raft's.
        arms.push(arms.shift()!);
      }
    } finally {
      peer.close();
    }
  },
};
