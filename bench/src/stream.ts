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
/** How long the gateway is looked at while nobody asks it, milliseconds: some of what it does comes every ten seconds. */
const IDLE = 15_000;

const State = z.object({ processes: z.array(z.object({ name: z.string(), pid: z.number().int() })) });

/**
 * Processor time that one token of a streamed answer takes of the gateway's process, from the worker's gRPC stream over
 * mutual TLS to server-sent events, against that of a Node.js process which pipes the bytes of the round before from HTTP to
 * HTTP at the times at which they came. Both are at work at once, because the same work takes more of a processor whose other
 * threads are busy. What the gateway takes when nobody asks it is taken off; authentication, ticket and receipt are not.
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
    const ask = (round: number): Promise<Streamed[]> =>
      Promise.all(
        Array.from({ length: together }, (_, index) =>
          streamed(caller, `Tale ${round} ${index}: once upon a time`, tokens),
        ),
      );
    // The first round warms caches, and is what is piped first.
    let before = await ask(-1);
    for (let round = 0; round < rounds; round++) {
      const idleFrom = await processorTime(pid);
      const idleSince = performance.now();
      await delay(smoke ? 500 : IDLE);
      const idle = ((await processorTime(pid)) - idleFrom) / (performance.now() - idleSince);
      const from = await processorTime(pid);
      const since = performance.now();
      const own = ask(round).then(async (answers) => ({
        answers,
        took: (await processorTime(pid)) - from - idle * (performance.now() - since),
      }));
      const [{ answers, took }, piped] = await Promise.all([own, pipe(before)]);
      const [gateway, through] = [(took * 1000) / given(answers), (piped * 1000) / given(before)];
      before = answers;
      samples.add('gateway', 'ms/token', gateway);
      samples.add('pipe', 'ms/token', through);
      // The kernel's clock ticks a hundred times a second: a smoke run may see none.
      samples.add('gateway over pipe', '×', gateway / Math.max(through, 0.01));
      say(`processor time of a token: gateway ${gateway.toFixed(3)} ms, pipe ${through.toFixed(3)} ms`);
    }
  },
};

const given = (answers: readonly Streamed[]): number => answers.reduce((sum, answer) => sum + answer.tokens, 0);

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
