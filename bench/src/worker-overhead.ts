import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { importedSmollm2 } from '@llmchain/cli/dist/models/smollm2';
import type { Benchmark } from './benchmark';
import { streamed, withSmollm } from './completions';
import { LinePeer } from './line-peer';

const PEER = resolve(__dirname, '../peers/onnxruntime.mjs');
const TOKENS = 128;
/** A prompt of so many tokens is what the bare runtime gets, since their number alone counts there. */
const PROMPT_TOKENS = 16;
const PROMPT = 'once upon a time there lived an old keeper of a light';

/**
 * Tokens a second of one answer of SmolLM2 (135M) in single precision, from the request to the end of the stream: through
 * gateway and worker, with ticket, fingerprints and receipt, against the usual loop over the same graph in onnxruntime-node
 * alone, which copies keys and values at every step and guesses no tokens.
 */
export const workerOverhead: Benchmark = {
  rounds: 7,
  ratio: 'end to end over bare runtime',
  goals: [{ arm: 'end to end over bare runtime', least: 0.97 }],
  async run({ consortium, samples, rounds, smoke, say }) {
    const caller = await withSmollm(consortium);
    const bare = new LinePeer('onnxruntime-node', [
      ...([process.execPath, PEER] as const),
      await importedSmollm2('fp32'),
      String(availableParallelism()),
    ]);
    const tokens = smoke ? 8 : TOKENS;
    const arms: [string, (round: number) => Promise<number>][] = [
      [
        'end to end',
        async (round) => {
          // Begins otherwise each time, so that nothing of it is cached.
          const answer = await streamed(caller, `${round}: ${PROMPT}`, tokens);
          return answer.tokens / answer.seconds;
        },
      ],
      [
        'bare runtime',
        async () => {
          const answered = await bare.answer({ promptTokens: PROMPT_TOKENS, tokens });
          return answered.tokens / answered.seconds;
        },
      ],
    ];
    try {
      // The first round warms caches.
      for (let round = -1; round < rounds; round++) {
        const rate: Record<string, number> = {};
        for (const [name, measure] of round % 2 === 0 ? arms : [...arms].reverse())
          rate[name] = await measure(round + 1);
        if (round < 0) continue;
        for (const [name, value] of Object.entries(rate)) samples.add(name, 'tokens/s', value);
        samples.add('end to end over bare runtime', '×', rate['end to end']! / rate['bare runtime']!);
        say(
          Object.entries(rate)
            .map(([name, value]) => `${name} ${value.toFixed(1)} tokens/s`)
            .join(', '),
        );
      }
    } finally {
      bare.close();
    }
  },
};
