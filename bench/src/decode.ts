import { availableParallelism } from 'node:os';
import { smollm2File } from '@llmchain/cli/dist/models/smollm2';
import type { ServableModel } from '@llmchain/inference-workers';
import { sha256Hex } from '@llmchain/protocol';
import type { Benchmark } from './benchmark';
import type { Answered } from './line-peer';
import { llamaCpp, type Asked } from './llama-cpp';
import { smollm } from './smollm';

const TOGETHER = [1, 8] as const;
const TOKENS = 96;
const QUESTION = 'Write a poem of four lines about the sea at night.';
const PROMPT = `<|im_start|>user\n${QUESTION}<|im_end|>\n<|im_start|>assistant\n`;

/** As many answers at once, each of a tenant of its own, so that no one's prompt is another's. */
async function ours(model: ServableModel, { prompt, requests, tokens }: Asked, round: string): Promise<Answered> {
  const ids = model.prompts.encode({ kind: 'completion', prompt });
  const started = performance.now();
  const answers = await Promise.all(
    Array.from({ length: requests }, (_, index) =>
      model.scheduler.generate(
        {
          prompt: ids,
          seed: sha256Hex('a seed'),
          temperatureMilli: 0,
          maxTokens: tokens,
          tenant: `${round}-${index}`,
        },
        () => undefined,
        new AbortController().signal,
      ),
    ),
  );
  return {
    seconds: (performance.now() - started) / 1000,
    tokens: answers.reduce((sum, answer) => sum + answer.tokens.length, 0),
  };
}

/**
 * Tokens a second of SmolLM2 (135M), greedy, prompt and answer: the worker's scheduler in single precision, whose answers
 * are verified exactly, and with weights of eight bits, against llama.cpp on the same file (Q4_1).
 */
export const decode: Benchmark = {
  rounds: 5,
  ratio: 'int8 over llama.cpp, 8 together',
  goals: [
    { arm: 'int8 over llama.cpp, 8 together', least: 1 },
    { arm: 'int8 over llama.cpp, 1 alone', least: 1 },
  ],
  async run({ samples, rounds, smoke, say }) {
    const threads = availableParallelism();
    const llama = await llamaCpp(await smollm2File());
    const models = { fp32: await smollm('fp32', threads), int8: await smollm('int8', threads) };
    const tokens = smoke ? 4 : TOKENS;
    try {
      for (let round = -1; round < rounds; round++) {
        for (const requests of TOGETHER) {
          const asked = { prompt: PROMPT, requests, tokens };
          const label = requests === 1 ? '1 alone' : `${requests} together`;
          const arms: [string, () => Promise<Answered>][] = [
            ['llama.cpp', () => llama.answer(asked)],
            ['int8', () => ours(models.int8, asked, `int8-${round}`)],
            ['fp32', () => ours(models.fp32, asked, `fp32-${round}`)],
          ];
          const rate: Record<string, number> = {};
          for (const [name, measure] of round % 2 === 0 ? arms : arms.reverse()) {
            const { tokens: given, seconds } = await measure();
            rate[name] = given / seconds;
          }
          // The first round warms caches.
          if (round < 0) continue;
          for (const [name, value] of Object.entries(rate)) samples.add(`${name}, ${label}`, 'tokens/s', value);
          for (const name of ['int8', 'fp32'])
            samples.add(`${name} over llama.cpp, ${label}`, '×', rate[name]! / rate['llama.cpp']!);
          const told = Object.entries(rate).map(([name, value]) => `${name} ${value.toFixed(1)}`);
          say(`${label}: ${told.join(', ')} tokens/s`);
        }
      }
    } finally {
      llama.close();
      await Promise.all(Object.values(models).map((model) => model.close()));
    }
  },
};
