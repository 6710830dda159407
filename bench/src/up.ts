import { z } from 'zod';
import type { Benchmark } from './benchmark';

const Status = z.object({ memoryBytes: z.number() });
const Anything = z.unknown();
const MEBIBYTE = 1024 ** 2;

/**
 * How long `up` takes until a transaction has committed, as a person waits for it (with the start of the command), and
 * the memory of all processes (proportional set size). `fresh`: nothing is there but the cached programs; `restarted`:
 * after `down`; `again`: everything runs. These leave out the model that `up` brings along,
 * whose files go to every worker after that; it is brought, and the whole story told, before memory is looked at with models.
 */
export const up: Benchmark = {
  rounds: 3,
  goals: [
    { arm: 'fresh', most: 30 },
    { arm: 'restarted', most: 15 },
    { arm: 'again', most: 15 },
    { arm: 'memory', most: 6 * 1024 },
    { arm: 'memory with models', most: 6 * 1024 },
  ],
  async run({ consortium, samples, rounds, smoke, say }) {
    const timed = async (arm: string): Promise<void> => {
      const started = performance.now();
      await consortium.command(Anything, 'up', '--without-models');
      const seconds = (performance.now() - started) / 1000;
      samples.add(arm, 's', seconds);
      say(`${arm} ${seconds.toFixed(1)} s`);
    };
    const memory = async (arm: string): Promise<void> => {
      const { memoryBytes } = await consortium.command(Status, 'status');
      samples.add(arm, 'MiB', memoryBytes / MEBIBYTE);
      say(`${arm} ${Math.round(memoryBytes / MEBIBYTE)} MiB`);
    };
    for (let round = 1; round <= rounds; round++) {
      await consortium.reset();
      await timed('fresh');
      await consortium.command(Anything, 'down');
      await timed('restarted');
      await timed('again');
      await memory('memory');
    }
    if (smoke) return;
    await consortium.command(Anything, 'up');
    await consortium.command(Anything, 'demo');
    await memory('memory with models');
  },
};
