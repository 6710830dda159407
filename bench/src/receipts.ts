import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMOLLM2 } from '@llmchain/cli/dist/models/smollm2';
import { Outbox, type ServableModel } from '@llmchain/inference-workers';
import type { Benchmark } from './benchmark';
import { honest, plain, type Asked } from './detect/answers';
import { questions } from './detect/trials';
import { smollm } from './smollm';

const TOGETHER = 8;
const TOKENS = 96;

/**
 * Tokens a second of a worker's scheduler, SmolLM2 (135M) in single precision, eight answers at once: with fingerprints, a
 * signed receipt for each and its place on disk before the answer is finished, against the same answers without. Nobody
 * reads the text in either arm.
 */
export const receipts: Benchmark = {
  rounds: 7,
  ratio: 'with over without',
  goals: [{ arm: 'with over without', least: 0.99 }],
  async run({ samples, rounds, smoke, say }) {
    const model = await smollm('fp32', availableParallelism(), SMOLLM2.verification);
    const folder = await mkdtemp(join(tmpdir(), 'receipts-'));
    try {
      const outbox = await Outbox.open(folder);
      const answered = async (asked: Asked): Promise<number> => {
        const concluded = await honest(model, asked);
        await outbox.put(concluded);
        return concluded.opening.tokens.length;
      };
      const tokens = smoke ? 4 : TOKENS;
      // The first round warms caches.
      for (let round = -1; round < rounds; round++) {
        const asked = questions(TOGETHER, tokens, (round + 1) * TOGETHER);
        const arms: [string, () => Promise<Rate>][] = [
          ['with', () => rate(asked, answered)],
          ['without', () => rate(asked, (each) => bare(model, each))],
        ];
        const seen: Record<string, Rate> = {};
        for (const [name, measure] of round % 2 === 0 ? arms : arms.reverse()) seen[name] = await measure();
        if (round < 0) continue;
        for (const [name, { perSecond, processor }] of Object.entries(seen)) {
          samples.add(`${name} receipts`, 'tokens/s', perSecond);
          samples.add(`${name} receipts, processor`, 'ms/token', processor);
        }
        const [on, off] = [seen.with!, seen.without!];
        samples.add('with over without', '×', on.perSecond / off.perSecond);
        samples.add('with over without, tokens per processor time', '×', off.processor / on.processor);
        say(`with ${on.perSecond.toFixed(1)}, without ${off.perSecond.toFixed(1)} tokens/s`);
      }
    } finally {
      await model.close();
      await rm(folder, { recursive: true });
    }
  },
};

async function bare(model: ServableModel, asked: Asked): Promise<number> {
  return (await plain(model, asked)).tokens.length;
}

interface Rate {
  /** Tokens. */
  perSecond: number;
  /** Milliseconds of processor time per token, all threads: what other work on the machine moves less. */
  processor: number;
}

/** Of all that are asked for at once. */
async function rate(asked: readonly Asked[], answer: (asked: Asked) => Promise<number>): Promise<Rate> {
  const [started, before] = [performance.now(), process.cpuUsage()];
  const tokens = (await Promise.all(asked.map(answer))).reduce((sum, given) => sum + given, 0);
  const { user, system } = process.cpuUsage(before);
  return { perSecond: tokens / ((performance.now() - started) / 1000), processor: (user + system) / 1000 / tokens };
}
