import { replay, type Generated } from '@llmchain/inference-workers';
import { sha256Hex } from '@llmchain/protocol';
import type { Benchmark } from './benchmark';
import { smollm } from './smollm';

const TOKENS = 128;
const QUESTION = 'Tell me a long story about a lighthouse keeper and the sea.';
const PROMPT = `<|im_start|>user\n${QUESTION}<|im_end|>\n<|im_start|>assistant\n`;

/** Processor time, all threads, of what is done; seconds. */
async function cpuOf<T>(act: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const before = process.cpuUsage();
  const result = await act();
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (user + system) / 1e6 };
}

/**
 * Processor time of verifying an answer of 128 tokens, fingerprints with it, against that of generating it alone, both by
 * SmolLM2 (135M) in single precision.
 */
export const verify: Benchmark = {
  rounds: 5,
  ratio: 'verifying over generating',
  goals: [{ arm: 'verifying over generating', most: 0.1 }],
  async run({ samples, rounds, smoke, say }) {
    const model = await smollm('fp32', 1);
    try {
      const prompt = model.prompts.encode({ kind: 'completion', prompt: PROMPT });
      const tokens = smoke ? 8 : TOKENS;
      // The first round warms caches.
      for (let round = -1; round < rounds; round++) {
        // A story that ends before 128 tokens is left for another one.
        for (let attempt = 0; ; attempt++) {
          const request = { prompt, seed: sha256Hex(`${round} ${attempt}`), temperatureMilli: 800 };
          const generation = { ...request, maxTokens: tokens, tenant: `${round} ${attempt}`, fingerprinted: true };
          const generated = await cpuOf<Generated>(() =>
            model.scheduler.generate(generation, () => undefined, new AbortController().signal),
          );
          if (generated.result.tokens.length < tokens && attempt < 20) continue;
          const verified = await cpuOf(() => replay(model, { ...request, ...generated.result }));
          if (round < 0) break;
          samples.add('generating', 'CPU s', generated.seconds);
          samples.add('verifying', 'CPU s', verified.seconds);
          samples.add('verifying over generating', '×', verified.seconds / generated.seconds);
          say(`generating ${generated.seconds.toFixed(2)} s, verifying ${verified.seconds.toFixed(2)} s`);
          break;
        }
      }
    } finally {
      await model.close();
    }
  },
};
