import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ServableModel } from '@llmchain/inference-workers';
import { sha256Hex } from '@llmchain/protocol';
import type { Benchmark } from './benchmark';
import { LOOSE, openModel, writeSmallModel } from './detect/small-model';
import { quantile } from './figures';
import { pss } from './memory';
import { smollm } from './smollm';

/** Requests to a small model of the same family, and to SmolLM2, which computes a thousand times as much. */
const REQUESTS = { small: 10_000, SmolLM2: 500 } as const;
const TENANTS = 50;
/** After each such part of them memory is looked at. */
const PARTS = 10;
/** At once: more than there are slots, so that some wait. */
const TOGETHER = 12;
const WORDS = 'the sea at night keeps what a lighthouse tells to every ship that ever asked its way home again'.split(
  ' ',
);
/** Prompt of the first token's goal. */
const THIRTY = 30;

/**
 * One worker's memory over 10,000 requests to a small model, and over 500 to SmolLM2 (135M) in single precision: prompts
 * of 3 to 42 words from 50 tenants, answers of 1 to 12 tokens, one in twenty cancelled. After each tenth of them its
 * proportional set size is taken; the first two fill caches, what comes after should not grow. Before that, how long the
 * first token of a prompt of 30 takes when SmolLM2 is asked for nothing else.
 */
export const requests: Benchmark = {
  rounds: 1,
  ratio: 'memory, small model: last tenth over second',
  goals: [
    { arm: 'memory, small model: last tenth over second', most: 1.02 },
    { arm: 'memory, SmolLM2: last tenth over second', most: 1.02 },
    { arm: 'first token, p95', most: 0.3 },
  ],
  async run({ samples, rounds, smoke, say }) {
    const folder = await mkdtemp(join(tmpdir(), 'requests-'));
    const memoryOf = async (label: string, model: ServableModel, count: number): Promise<void> => {
      const memory: number[] = [];
      for (let part = 0; part < PARTS; part++) {
        await ask(model, (part * count) / PARTS, ((part + 1) * count) / PARTS);
        await collectGarbage();
        memory.push((await pss(process.pid)) / 1024);
      }
      samples.add(`memory, ${label}: most`, 'MiB', Math.max(...memory));
      samples.add(`memory, ${label}: last tenth over second`, '×', memory.at(-1)! / memory[1]!);
      say(`${label}, MiB after each tenth of ${count}: ${memory.map(Math.round).join(' ')}`);
    };
    try {
      await writeSmallModel(join(folder, 'small'), 1, 'fp32');
      for (let round = 0; round < rounds; round++) {
        const small = await openModel(join(folder, 'small'), 'fp32', LOOSE.exact, 2);
        await memoryOf('small model', small, smoke ? 200 : REQUESTS.small).finally(() => small.close());
        const model = await smollm('fp32', availableParallelism());
        try {
          const firsts: number[] = [];
          for (let at = 0; at < (smoke ? 2 : 40); at++) firsts.push(await firstToken(model, `${round} ${at}`));
          const [median, p95] = [quantile(firsts, 0.5), quantile(firsts, 0.95)];
          samples.add('first token, median', 's', median);
          samples.add('first token, p95', 's', p95);
          say(`first token of ${THIRTY}: median ${median.toFixed(3)} s, p95 ${p95.toFixed(3)} s`);
          await memoryOf('SmolLM2', model, smoke ? 20 : REQUESTS.SmolLM2);
        } finally {
          await model.close();
        }
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

/** So that what is measured is held by something. Buffers are given back by another thread, and the heap's pages after them. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  for (let pass = 0; pass < 3; pass++) {
    gc();
    await delay(100);
  }
}

/** Seconds until the first token of a prompt that nothing is cached of. */
async function firstToken(model: ServableModel, nonce: string): Promise<number> {
  const seed = sha256Hex(nonce);
  // Any tokens make a prompt: what is measured does not depend on which.
  const prompt = Array.from({ length: THIRTY }, (_, at) => 100 + (parseInt(seed.slice(at, at + 4), 16) % 20_000));
  const started = performance.now();
  let seconds = 0;
  await model.scheduler.generate(
    { prompt, seed, temperatureMilli: 700, maxTokens: 1, tenant: nonce },
    () => void (seconds = (performance.now() - started) / 1000),
    new AbortController().signal,
  );
  return seconds;
}

/** Requests `from` to `to`, {@link TOGETHER} at once. */
async function ask(model: ServableModel, from: number, to: number): Promise<void> {
  let next = from;
  const one = async (): Promise<void> => {
    for (let at = next++; at < to; at = next++) {
      const words = Array.from(
        { length: 3 + ((at * 7) % 40) },
        (_, word) => WORDS[(at * 13 + word * 5) % WORDS.length],
      );
      const cancel = new AbortController();
      await model.scheduler.generate(
        {
          prompt: model.prompts.encode({ kind: 'completion', prompt: words.join(' ') }),
          seed: sha256Hex(`request ${at}`),
          temperatureMilli: 700,
          maxTokens: 1 + (at % 12),
          tenant: `tenant-${at % TENANTS}`,
        },
        () => {
          if (at % 20 === 0) cancel.abort();
        },
        cancel.signal,
      );
      await turn();
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, one));
}
