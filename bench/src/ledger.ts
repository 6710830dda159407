import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Benchmark } from './benchmark';
import { quantile } from './figures';
import { latencies, requestsPerSecond, timesPerSecond } from './load';
import { Peer } from './peer';
import { send } from './rest';

const CONNECTIONS = 64;
/** How many write at once; each write is a new licence, so that no two of them race. */
const WRITERS = [1, 8, 64];

const Registered = z.object({ works: z.array(z.object({ id: z.string() })) });

/**
 * Reads and writes of one member. `evaluate`: `GET /v1/artworks/{id}`, which asks the chaincode, at 64 connections;
 * `evaluate, client`: the same question by the ledger client at 64 at once, without the gateway; `height`: an answer of
 * the gateway's own memory, which is what a request costs without the ledger. `write …`: the offer of a licence,
 * from the request to the commit, by so many at once.
 */
export const ledger: Benchmark = {
  rounds: 5,
  goals: [
    { arm: 'evaluate', least: 300 },
    { arm: 'write p50, 1', most: 400 },
  ],
  async run({ consortium, samples, rounds, smoke, say }) {
    await consortium.command(z.unknown(), 'up', '--without-models');
    const [seconds, writes] = smoke ? [1, 1] : [5, 6];
    const { gateway, gatewayConfig } = await consortium.member('guild');
    const key = await consortium.key('guild', 'artist', 'bench');
    const works = await register(gateway, key);
    const peer = await Peer.of(gatewayConfig);
    const reader = await peer.asService();
    try {
      for (let round = 1; round <= rounds; round++) {
        const load = { connections: CONNECTIONS, seconds };
        const rates: Record<string, number> = {
          evaluate: await requestsPerSecond(`${gateway}/v1/artworks/${works[0]!}`, key, load),
          'evaluate, client': await timesPerSecond(() => reader.get('work', works[0]!), {
            concurrency: CONNECTIONS,
            seconds,
          }),
          height: await requestsPerSecond(`${gateway}/v1/ledger/height`, key, load),
        };
        for (const [arm, rate] of Object.entries(rates)) samples.add(arm, '1/s', rate);
        const told = Object.entries(rates).map(([arm, rate]) => `${arm} ${Math.round(rate)}/s`);
        for (const concurrency of WRITERS) {
          const count = writes * Math.max(concurrency, smoke ? 1 : 4);
          const started = performance.now();
          const taken = await latencies((who) => write(gateway, key, works[who]!), { concurrency, count });
          const rate = (count / (performance.now() - started)) * 1000;
          samples.add(`write p50, ${concurrency}`, 'ms', quantile(taken, 0.5));
          samples.add(`write p95, ${concurrency}`, 'ms', quantile(taken, 0.95));
          samples.add(`writes, ${concurrency}`, '1/s', rate);
          told.push(`write at ${concurrency} ${Math.round(quantile(taken, 0.5))} ms`);
        }
        say(told.join(', '));
      }
    } finally {
      peer.close();
    }
  },
};

/** Works of the benchmark's own, one for each writer. */
async function register(gateway: string, key: string): Promise<string[]> {
  const works = Array.from({ length: Math.max(...WRITERS) }, (_, index) => ({
    title: `Bench ${index}`,
    creators: [{ person: 'bench', share: 10_000 }],
    medium: 'text',
    preference: { training: 'constrained' },
    content: { text: `${randomUUID()} ${index}` },
  }));
  const answer = await send('POST', `${gateway}/v1/artworks`, key, { works });
  return Registered.parse(answer).works.map(({ id }) => id);
}

/** Offers a licence: one small record under a key of its own. */
async function write(gateway: string, key: string, work: string): Promise<void> {
  await send('POST', `${gateway}/v1/licences`, key, {
    ...{ licence: randomUUID(), works: [work], licensee: '*', uses: ['training'] },
    ...{ from: 0, until: null, price: 0, weight: 100 },
  });
}
