import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text } from '@llmchain/cli/dist/demo/texts';
import { LlmchainError, sha256Hex } from '@llmchain/protocol';
import { z } from 'zod';
import type { Benchmark } from './benchmark';
import { peakWhile } from './memory';
import { numbers } from './random';

const ITEMS = 100_000;
/** Lines of verse in an item: about a kilobyte. */
const LINES = 25;
/** One item in so many is that before it, or nearly. */
const REPEATED = 50;
const ARMS = ['streamed', 'naive'] as const;
const KIBIBYTE = 1024;

const Outcome = z.strictObject({ items: z.number().int(), root: z.string() });

/** JSON lines of verses put together anew from real ones, some of them twice or nearly. */
function* corpus(lines: readonly string[], items: number): Generator<string> {
  const random = numbers(1609);
  const line = (): string => lines[random.next().value % lines.length]!;
  const work = sha256Hex('corpus');
  let before: string[] = [];
  for (let item = 0; item < items; item++) {
    const verses = Array.from({ length: LINES }, line);
    if (item % REPEATED === 1) yield `${JSON.stringify({ text: before.join('\n'), work })}\n`;
    else if (item % REPEATED === 2) yield `${JSON.stringify({ text: `${before.join('\n')} So.`, work })}\n`;
    else {
      before = verses;
      yield `${JSON.stringify({ text: verses.join('\n'), work })}\n`;
    }
  }
}

interface Measured {
  seconds: number;
  peakMiB: number;
  outcome: z.output<typeof Outcome>;
}

async function measure(arm: string, file: string): Promise<Measured> {
  const started = performance.now();
  const child = spawn(process.execPath, [path.join(__dirname, 'dataset-arm.js'), arm, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const exit = new Promise<number | null>((done, fail) => {
    child.once('error', fail);
    child.once('close', done);
  });
  const { result: code, peak } = await peakWhile(child.pid!, () => exit);
  if (code !== 0) throw new LlmchainError('internal', `The arm ${arm} ended with ${code}.`);
  const seconds = (performance.now() - started) / 1000;
  return { seconds, peakMiB: peak / KIBIBYTE, outcome: Outcome.parse(JSON.parse(said)) };
}

/**
 * 100,000 items, 100 MB of JSON lines made of real verse, read, cleaned and rooted: a document at a time, against a reader
 * that holds the whole file, its lines and its documents. Both take the same steps and have to come to the same root; the
 * time is that of the whole process.
 */
export const dataset: Benchmark = {
  rounds: 5,
  goals: [
    { arm: 'memory, streamed', most: 400 },
    { arm: 'time, streamed over naive', most: 1 },
  ],
  async run({ samples, rounds, smoke, say }) {
    const folder = await mkdtemp(path.join(tmpdir(), 'bench-dataset-'));
    try {
      const file = path.join(folder, 'corpus.jsonl');
      const verses = (await text('sonnets_gut.txt')).split('\n').map((line) => line.trim());
      const lines = verses.filter((line) => line.length > 20);
      await pipeline(Readable.from(corpus(lines, smoke ? 1_000 : ITEMS)), createWriteStream(file));
      for (let round = 1; round <= rounds; round++) {
        const order = round % 2 === 1 ? ARMS : [...ARMS].reverse();
        const taken = new Map<string, Measured>();
        for (const arm of order) taken.set(arm, await measure(arm, file));
        const [streamed, naive] = ARMS.map((arm) => taken.get(arm)!) as [Measured, Measured];
        if (streamed.outcome.root !== naive.outcome.root)
          throw new LlmchainError('digest_mismatch', 'The two arms came to different roots.');
        for (const [arm, { seconds, peakMiB }] of taken) {
          samples.add(`time, ${arm}`, 's', seconds);
          samples.add(`memory, ${arm}`, 'MiB', peakMiB);
          say(`${arm} ${seconds.toFixed(1)} s, ${Math.round(peakMiB)} MiB`);
        }
        samples.add('time, streamed over naive', '×', streamed.seconds / naive.seconds);
        samples.add('items kept', '', streamed.outcome.items);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
