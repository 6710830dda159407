import type { LedgerClient } from '@llmchain/ledger-client';
import { z } from 'zod';
import { installBare, oneRecord, warmUp } from './bare/contract';
import type { Benchmark } from './benchmark';
import { FABRIC_DEFAULTS, FABRIC_SMART_BFT } from './fabric-defaults';
import { quantile } from './figures';
import { latencies, steadyRate } from './load';
import { Peer } from './peer';

/**
 * How many write at once for the peak. So many that none of the arms waits for its blocks: of 47 transactions per second,
 * which two cores carry, a hundred are on their way at any time when a block comes every two seconds.
 */
const SUBMITTERS = 192;

/** Channels beside the consortium's own: the arm's name by the channel's. */
const OTHERS = { defaults: FABRIC_DEFAULTS, 'smart-bft': FABRIC_SMART_BFT };

/**
 * How long one write takes from the proposal to the commit, one at a time, and how many are written at best, with our block
 * settings and with Fabric's, on three channels of the same orderers and peers, through the same peer and chaincode
 * (one PutState, `bare/chaincode.ts`). `ours`: SmartBFT, a block every 250 ms. `defaults`: what Fabric's sample configuration
 * says where nothing else is said, which is Raft and `BatchTimeout` 2 s. `smart-bft`: its sample profile for SmartBFT, which
 * ignores that and cuts a block every 200 ms. The goal is about `defaults`; between two channels of SmartBFT a single write
 * takes the interval and what consensus takes, whatever else is set.
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
    await annex.define(bare);
    for (const [channel, ordering] of Object.entries(OTHERS)) {
      await annex.open(channel, ordering);
      await annex.define(bare, channel);
    }
    const peer = await Peer.of((await consortium.member('guild')).gatewayConfig);
    try {
      const arms = new Map<string, LedgerClient>([['ours', await peer.asService({ chaincode: bare.name })]]);
      for (const channel of Object.keys(OTHERS))
        arms.set(channel, await peer.asService({ channel, chaincode: bare.name }));
      for (const ledger of arms.values()) await warmUp(ledger);
      const writes = smoke ? 1 : 12;
      const load = smoke
        ? { concurrency: 8, warmUp: 0, seconds: 3 }
        : { concurrency: SUBMITTERS, warmUp: 5, seconds: 16 };
      for (let round = 1; round <= rounds; round++) {
        const [p50, peak] = [new Map<string, number>(), new Map<string, number>()];
        for (const [arm, ledger] of arms)
          p50.set(arm, quantile(await latencies(() => oneRecord(ledger), { concurrency: 1, count: writes }), 0.5));
        for (const [arm, ledger] of arms) peak.set(arm, await steadyRate(() => oneRecord(ledger), load));
        for (const arm of arms.keys()) {
          samples.add(`${arm} p50`, 'ms', p50.get(arm)!);
          samples.add(`peak ${arm}`, '1/s', peak.get(arm)!);
        }
        const ratios = (of: Map<string, number>, arm: string): number => of.get('ours')! / of.get(arm)!;
        samples.add('ratio', '×', ratios(p50, 'defaults'));
        samples.add('peak ratio', '×', ratios(peak, 'defaults'));
        samples.add('ratio to smart-bft', '×', ratios(p50, 'smart-bft'));
        samples.add('peak ratio to smart-bft', '×', ratios(peak, 'smart-bft'));
        const told = [...arms.keys()].map(
          (arm) => `${arm} ${Math.round(p50.get(arm)!)} ms, ${peak.get(arm)!.toFixed(1)}/s`,
        );
        say(told.join('; '));
      }
    } finally {
      peer.close();
    }
  },
};
