import { availableParallelism } from 'node:os';
import type { ServableModel } from '@llmchain/inference-workers';
import { sha256Hex } from '@llmchain/protocol';
import type { Benchmark } from './benchmark';
import type { Answered } from './line-peer';
import { decodePeers, type Asked } from './decode-peers';
import { smollm } from './smollm';

const TOGETHER = [1, 8] as const;
const TOKENS = 96;
const QUESTION = 'Write a poem of four lines about the sea at night.';
const PROMPT = `<|im_start|>user\n${QUESTION}<|im_end|>\n<|im_start|>assistant\n`;

/** As many answers at once, each of a tenant of its own, so that no one's prompt is another's. */
async function ours(model: ServableModel, { ids, requests, tokens }: Asked, round: string): Promise<Answered> {
  const started = performance.now();
  const answers = await Promise.all(
    Array.from({ length: requests }, (_, index) =>
      model.scheduler.generate(
        {
          prompt: [...ids],
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
 * are verified exactly, and with weights of eight bits, against llama.cpp on the same file (Q4_1), and against transformers.js
 * and Python's onnxruntime on the worker's own files in single precision, as one batch.
 */
export const decode: Benchmark = {
  rounds: 5,
  ratio: 'int8 over llama.cpp, 8 together',
  goals: [
    { arm: 'int8 over llama.cpp, 8 together', least: 1 },
    { arm: 'int8 over llama.cpp, 1 alone', least: 1 },
    { arm: 'fp32 over transformers.js, 8 together', least: 3 },
  ],
  async run({ samples, rounds, smoke, say }) {
    const threads = availableParallelism();
    const peers = await decodePeers(say);
    const models = { fp32: await smollm('fp32', threads), int8: await smollm('int8', threads) };
    const tokens = smoke ? 4 : TOKENS;
    try {
      for (let round = -1; round < rounds; round++) {
        for (const requests of TOGETHER) {
          const ids = models.fp32.prompts.encode({ kind: 'completion', prompt: PROMPT });
          const asked = { prompt: PROMPT, ids, requests, tokens };
          const label = requests === 1 ? '1 alone' : `${requests} together`;
          const arms: [string, () => Promise<Answered>][] = [
            ...[...peers].map(([name, peer]): [string, () => Promise<Answered>] => [name, () => peer.answer(asked)]),
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
          for (const peer of peers.keys()) {
            for (const name of ['int8', 'fp32'])
              samples.add(`${name} over ${peer}, ${label}`, '×', rate[name]! / rate[peer]!);
          }
          const told = Object.entries(rate).map(([name, value]) => `${name} ${value.toFixed(1)}`);
          say(`${label}: ${told.join(', ')} tokens/s`);
        }
      }
    } finally {
      for (const peer of peers.values()) peer.close();
      await Promise.all(Object.values(models).map((model) => model.close()));
    }
  },
};
