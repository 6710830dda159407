import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Batch, BATCH_TIMEOUT_MS, BatchEntry, LlmchainError, MOST_RECEIPTS } from '@llmchain/protocol';
import { z } from 'zod';
import type { Asked } from './batch-memory-side';
import type { Benchmark } from './benchmark';
import { peakWhile, pss } from './memory';
import { SignedReceipts } from './signed-receipts';

const [MODEL, PRODUCER, GATEWAY, VERIFIER] = ['bench', 'ComputeMSP', 'ArchiveMSP', 'GuildMSP'] as const;
const SESSIONS = Array.from({ length: 8 }, (_, index) => `session-${index}`);
const PRICE = 100;
/** Receipts of the batch before, which loads the code that is measured. */
const WARM_UP = 1_000;
const PAGE = 1_000;

const Served = z.object({ entry: BatchEntry, url: z.string() });
const Judged = z.object({ reason: z.string() });

/**
 * Memory and time of one batch of 100,000 receipts, signed beforehand, in processes of their own. `drafted`: the producer's
 * gateway reads them page by page, drafts the batch, and writes their list down, hashed on the way; the pages come from a
 * file, not from Postgres. `verified`: a rival's verifier fetches the list over HTTP, without the TLS that members have, and
 * checks each receipt with all of its signatures; `served` is what the gateway takes meanwhile. Nobody computed the answers: the
 * batch is rejected when the sample is to be opened, which comes after all checks on paper. Growth is over what the process
 * had after a batch of 1,000.
 */
export const batchMemory: Benchmark = {
  rounds: 5,
  goals: [
    { arm: 'drafted, growth', most: 400 },
    { arm: 'served, growth', most: 400 },
    { arm: 'verified, growth', most: 400 },
  ],
  async run({ samples, rounds, smoke, say }) {
    const order = { gateway: GATEWAY, producer: PRODUCER, model: MODEL, sessions: SESSIONS, amount: PRICE };
    for (let round = 1; round <= rounds; round++) {
      const folder = await mkdtemp(join(tmpdir(), 'batch-memory-'));
      const [gateway, verifier] = [new Side(), new Side()];
      try {
        const receipts = new SignedReceipts(order);
        const { gateway: orders, worker: answers } = receipts;
        const keys = { gateway: key(orders, GATEWAY), worker: key(answers, PRODUCER) };
        for (const [sequence, count] of [
          [1, WARM_UP],
          [2, smoke ? 2 * WARM_UP : MOST_RECEIPTS],
        ] as const) {
          const file = join(folder, `receipts-${sequence}`);
          await pipeline(Readable.from(linesOf(receipts, count)), createWriteStream(file));
          const drafted = await gateway.timed({ act: 'draft', file, list: join(folder, `list-${sequence}`), sequence });
          const { entry, url } = Served.parse(drafted.result);
          const before = await gateway.memory();
          const { result: verified, peak } = await peakWhile(gateway.pid, () =>
            verifier.timed({
              ...{ act: 'verify', batch: batchOf(entry), url, folder: join(folder, 'verifier'), member: VERIFIER },
              ...{ keys, sessions: { ids: SESSIONS, member: GATEWAY } },
            }),
          );
          const { reason } = Judged.parse(verified.result);
          if (reason !== 'opening_unavailable')
            throw new LlmchainError('not_verified', `Receipts that are as they should be were rejected: ${reason}.`);
          if (sequence === 1) continue;
          samples.add('drafted, growth', 'MiB', drafted.growth);
          samples.add('served, growth', 'MiB', (peak - before) / 1024);
          samples.add('verified, growth', 'MiB', verified.growth);
          samples.add('drafted, most', 'MiB', drafted.peak);
          samples.add('verified, most', 'MiB', verified.peak);
          samples.add('drafted', 's', drafted.seconds);
          samples.add('verified', 's', verified.seconds);
          const told = ([name, side]: [string, Measured]): string =>
            `${name} in ${side.seconds.toFixed(1)} s, ${Math.round(side.growth)} MiB more`;
          say(
            [['drafted', drafted] as const, ['verified', verified] as const].map((each) => told([...each])).join('; '),
          );
        }
      } finally {
        for (const side of [gateway, verifier]) side.end();
        await rm(folder, { recursive: true });
      }
    }
  },
};

interface Measured {
  result: unknown;
  seconds: number;
  /** Most memory meanwhile, and how much that is over what it was before: MiB. */
  peak: number;
  growth: number;
}

/** A process that does one side's part. */
class Side {
  readonly #process: ChildProcess = fork(join(__dirname, 'batch-memory-side.js'));

  get pid(): number {
    return this.#process.pid!;
  }

  /** KiB. */
  memory(): Promise<number> {
    return pss(this.pid);
  }

  async timed(asked: Asked): Promise<Measured> {
    const [before, started] = [await this.memory(), performance.now()];
    const { result, peak } = await peakWhile(this.pid, () => this.#ask(asked));
    const seconds = (performance.now() - started) / 1000;
    return { result, seconds, peak: peak / 1024, growth: (peak - before) / 1024 };
  }

  end(): void {
    this.#process.kill();
  }

  /** @throws {LlmchainError} `internal` when it ends before it has answered */
  async #ask(asked: Asked): Promise<unknown> {
    const over = new AbortController();
    const ended = once(this.#process, 'exit', over).then(() => {
      throw new LlmchainError('internal', `What was to ${asked.act} a batch ended before it had.`);
    });
    const answered = once(this.#process, 'message', over) as Promise<[unknown]>;
    this.#process.send(asked);
    try {
      const [answer] = await Promise.race([answered, ended]);
      return answer;
    } finally {
      for (const each of [answered, ended]) each.catch(() => undefined);
      over.abort();
    }
  }
}

function key({ id: signer, publicKey }: SignedReceipts['worker'], member: string) {
  return { signer, publicKey, member };
}

/** Each receipt's id and body, a line each. */
function* linesOf(receipts: SignedReceipts, count: number): Generator<string> {
  for (let made = 0; made < count; made += PAGE)
    for (const { id, body } of receipts.take(Math.min(PAGE, count - made))) yield `${id} ${body}\n`;
}

/** As the ledger has it once it is anchored. */
function batchOf(entry: BatchEntry): Batch {
  const electorate = [GATEWAY, VERIFIER];
  const now = Date.now();
  return Batch.parse({
    ...{ ...entry, schema: 'batch/1', batch: `${PRODUCER}/${entry.sequence}`, producer: PRODUCER, electorate },
    ...{ turns: electorate, needed: 2, state: 'anchored', verifiers: [], owner: { member: PRODUCER } },
    ...{ anchored: now, deadline: now + BATCH_TIMEOUT_MS, createdTx: 'bench', updatedTx: 'bench' },
  });
}
