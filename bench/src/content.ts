import { createCipheriv, createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LlmchainError } from '@llmchain/protocol';
import { z } from 'zod';
import type { Benchmark } from './benchmark';
import { peakWhile, processorTime } from './memory';

const MEBIBYTE = 1024 * 1024;
const PIECE = MEBIBYTE;
const ARMS = ['sealed', 'clear'] as const;
type Arm = (typeof ARMS)[number];

const State = z.object({ processes: z.array(z.object({ name: z.string(), pid: z.number().int() })) });
const Put = z.object({ address: z.string(), bytes: z.number() });

interface Timed<T> {
  result: T;
  seconds: number;
  /** Most memory of the gateway's process meanwhile, KiB. */
  peak: number;
  /** What it took of the processors, seconds. */
  processor: number;
}

/** Bytes that nothing compresses, the same for the same seed: zeros under AES-256 in counter mode. */
function* noise(seed: number, mebibytes: number): Generator<Uint8Array> {
  const cipher = createCipheriv('aes-256-ctr', createHash('sha256').update(String(seed)).digest(), Buffer.alloc(16));
  const zeros = Buffer.alloc(PIECE);
  for (let piece = 0; piece < mebibytes; piece++) yield new Uint8Array(cipher.update(zeros));
}

async function demandOk(response: Response): Promise<Response> {
  if (response.ok) return response;
  throw new LlmchainError('unavailable', `The gateway refused content: ${await response.text()}`);
}

/**
 * A gibibyte of content put into a member's bucket and read again, through the gateway: sealed, against in clear as public
 * content lies. Times are from the first byte to the last; memory is the most that the gateway's process took meanwhile.
 */
export const content: Benchmark = {
  rounds: 5,
  ratio: 'put, sealed over clear',
  goals: [{ arm: 'memory, sealed', most: 400 }],
  async run({ consortium, samples, rounds, smoke, say }) {
    await consortium.command(z.unknown(), 'up', '--without-models');
    const mebibytes = smoke ? 4 : 1024;
    const { gateway } = await consortium.member('archive');
    const key = await consortium.key('archive', 'steward', 'bench');
    const { processes } = State.parse(JSON.parse(await readFile(join(consortium.home, 'state.json'), 'utf8')));
    const { pid } = processes.find(({ name }) => name === 'gateway-archive')!;
    const authorization = `Bearer ${key}`;

    const put = async (arm: Arm, seed: number): Promise<string> => {
      const headers = { authorization, 'content-type': 'application/octet-stream' };
      const body = ReadableStream.from(noise(seed, mebibytes));
      const order = { method: 'PUT', headers, body, duplex: 'half' as const };
      const response = await fetch(`${gateway}/v1/content?public=${arm === 'clear'}`, order);
      return Put.parse(await (await demandOk(response)).json()).address;
    };
    const read = async (address: string): Promise<void> => {
      const digest = address.slice('sha256/'.length);
      const response = await demandOk(await fetch(`${gateway}/v1/content/${digest}`, { headers: { authorization } }));
      const hash = createHash('sha256');
      for await (const chunk of response.body!) hash.update(chunk as Uint8Array);
      if (hash.digest('hex') !== digest) throw new LlmchainError('digest_mismatch', 'Other content came back.');
    };
    const timed = async <T>(act: () => Promise<T>): Promise<Timed<T>> => {
      const [started, processor] = [performance.now(), await processorTime(pid)];
      const { result, peak } = await peakWhile(pid, act);
      const seconds = (performance.now() - started) / 1000;
      return { result, peak, seconds, processor: (await processorTime(pid)) - processor };
    };

    for (let round = 1; round <= rounds; round++) {
      const seconds = new Map<Arm, { put: number; read: number }>();
      for (const arm of round % 2 === 1 ? ARMS : [...ARMS].reverse()) {
        const putting = await timed(() => put(arm, 2 * round + ARMS.indexOf(arm)));
        const reading = await timed(() => read(putting.result));
        seconds.set(arm, { put: putting.seconds, read: reading.seconds });
        const peak = Math.max(putting.peak, reading.peak) / 1024;
        samples.add(`put, ${arm}`, 'MiB/s', mebibytes / putting.seconds);
        samples.add(`read, ${arm}`, 'MiB/s', mebibytes / reading.seconds);
        samples.add(`memory, ${arm}`, 'MiB', peak);
        samples.add(`processor, put ${arm}`, 's', putting.processor);
        samples.add(`processor, read ${arm}`, 's', reading.processor);
        const rates = [putting, reading].map((each) => Math.round(mebibytes / each.seconds));
        say(`${arm}: put ${rates[0]} MiB/s, read ${rates[1]} MiB/s, ${Math.round(peak)} MiB`);
      }
      const [sealed, clear] = ARMS.map((arm) => seconds.get(arm)!);
      samples.add('put, sealed over clear', '×', sealed!.put / clear!.put);
      samples.add('read, sealed over clear', '×', sealed!.read / clear!.read);
    }
  },
};
