import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Benchmark } from './benchmark';
import { streamed, withSmollm, type Streamed } from './completions';
import { processorTime } from './memory';

const PIPE = resolve(__dirname, '../peers/pipe.mjs');
const TOGETHER = 8;
const TOKENS = 256;

const State = z.object({ processes: z.array(z.object({ name: z.string(), pid: z.number().int() })) });

/**
 * Processor time that one token of a streamed answer takes of the gateway's process, from the worker's gRPC stream over
 * mutual TLS to server-sent events, against that of a Node.js process which pipes the same bytes at the same times from
 * HTTP to HTTP. What the gateway takes when nobody asks it is taken off; authentication, ticket and receipt are not.
 */
export const stream: Benchmark = {
  rounds: 5,
  ratio: 'gateway over pipe',
  goals: [{ arm: 'gateway over pipe', most: 1.5 }],
  async run({ consortium, samples, rounds, smoke, say }) {
    const caller = await withSmollm(consortium);
    const { processes } = State.parse(JSON.parse(await readFile(join(consortium.home, 'state.json'), 'utf8')));
    const { pid } = processes.find(({ name }) => name === `gateway-${caller.member}`)!;
    const [together, tokens] = smoke ? [1, 8] : [TOGETHER, TOKENS];
    // The first round warms caches.
    for (let round = -1; round < rounds; round++) {
      const idleFrom = await processorTime(pid);
      const idleSince = performance.now();
      await delay(smoke ? 500 : 5_000);
      const idle = ((await processorTime(pid)) - idleFrom) / (performance.now() - idleSince);
      const from = await processorTime(pid);
      const since = performance.now();
      const answers = await Promise.all(
        Array.from({ length: together }, (_, index) =>
          streamed(caller, `Tale ${round} ${index}: once upon a time`, tokens),
        ),
      );
      const gateway = (await processorTime(pid)) - from - idle * (performance.now() - since);
      const given = answers.reduce((sum, answer) => sum + answer.tokens, 0);
      const piped = await pipe(answers);
      if (round < 0) continue;
      samples.add('gateway', 'ms/token', (gateway * 1000) / given);
      samples.add('pipe', 'ms/token', (piped * 1000) / given);
      // The kernel's clock ticks a hundred times a second: a smoke run may see none.
      samples.add('gateway over pipe', '×', gateway / Math.max(piped, 0.01));
      say(`${given} tokens: gateway ${gateway.toFixed(2)} s, pipe ${piped.toFixed(2)} s of the processor`);
    }
  },
};

/** Sends the same bytes at the same times through the pipe. @returns its processor time, seconds */
async function pipe(answers: readonly Streamed[]): Promise<number> {
  const upstream = createServer((request, response) => {
    void replay(answers[Number(request.url?.slice(1))]!, (bytes) => void response.write(bytes)).then(() =>
      response.end(),
    );
  });
  const child = spawn(process.execPath, [PIPE, `http://127.0.0.1:${await portOf(upstream)}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [port] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const from = await processorTime(child.pid!);
    await Promise.all(
      answers.map(async (_, index) => {
        const answer = await fetch(`http://127.0.0.1:${port}/${index}`);
        await answer.arrayBuffer();
      }),
    );
    return (await processorTime(child.pid!)) - from;
  } finally {
    upstream.close();
    await ended(child);
  }
}

async function replay({ chunks }: Streamed, write: (bytes: Uint8Array) => void): Promise<void> {
  const started = performance.now();
  for (const { at, bytes } of chunks) {
    await delay(Math.max(0, at - (performance.now() - started)));
    write(bytes);
  }
}

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill();
  await exit;
}
