import { text } from 'node:stream/consumers';
import { decodeJson, Verification } from '@llmchain/protocol';
import { z } from 'zod';
import { honest } from './answers';
import { openModel } from './small-model';

/** What the process is asked for on standard input. */
const Order = z.strictObject({
  folder: z.string(),
  weights: z.enum(['fp32', 'int8', 'int4']),
  verification: Verification,
  asked: z.array(
    z.strictObject({
      text: z.string(),
      maxTokens: z.number().int(),
      temperatureMilli: z.number().int(),
      nonce: z.number().int(),
    }),
  ),
});
export type Order = z.infer<typeof Order>;

/** More than are computed at once, and no more than may wait. */
const TOGETHER = 32;

/** A worker in a process of its own: an order in, its answers out, a line each, as JSON. */
async function main(): Promise<void> {
  const { folder, weights, verification, asked } = decodeJson(Order, await text(process.stdin), 'order');
  const model = await openModel(folder, weights, verification);
  for (let from = 0; from < asked.length; from += TOGETHER) {
    // Together, as a worker computes them.
    const answers = await Promise.all(asked.slice(from, from + TOGETHER).map((each) => honest(model, each)));
    for (const answer of answers) process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  await model.close();
}

void main();
