// llama.cpp as a peer: `node decode.mjs PACKAGES MODEL`. Each line in, {prompt, requests, tokens}, asks for so many answers
// of so many tokens at once; each line out, {seconds, tokens}, says how long they took together.
import { createInterface } from 'node:readline';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [packages, modelPath] = process.argv.slice(2);
const { getLlama } = await import(pathToFileURL(join(packages, 'node_modules/node-llama-cpp/dist/index.js')).href);
// Left to itself the binding takes more threads than there are cores, which then wait for one another.
const threads = availableParallelism();
const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error', maxThreads: threads });
const model = await llama.loadModel({ modelPath });
const contexts = new Map();

async function contextOf(sequences) {
  let context = contexts.get(sequences);
  if (!context) {
    context = await model.createContext({ sequences, contextSize: 512, batchSize: 512, threads });
    contexts.set(sequences, context);
  }
  return context;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { prompt, requests, tokens } = JSON.parse(line);
  const context = await contextOf(requests);
  const prefix = model.tokenize(prompt, true);
  const sequences = Array.from({ length: requests }, () => context.getSequence());
  const started = performance.now();
  let given = 0;
  await Promise.all(
    sequences.map(async (sequence) => {
      let own = 0;
      for await (const _ of sequence.evaluate(prefix, { temperature: 0, yieldEogToken: true })) {
        given++;
        own++;
        if (own === tokens) break;
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  for (const sequence of sequences) sequence.dispose();
  process.stdout.write(`${JSON.stringify({ seconds, tokens: given })}\n`);
}
process.exit(0);
