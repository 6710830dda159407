import { HammingIndex } from '@llmchain/protocol';
import { z } from 'zod';
import type { Benchmark } from './benchmark';
import { quantile } from './figures';
import { hashes, type Hashes } from './hashes';
import { MemberDatabase } from './member-database';
import { measureTexts } from './similar-texts';

const HASHES = 1_000_000;
const DISTANCE = 8;
/** Questions of a round: to the index, and of those to Postgres as well, which takes a thousand times as long. */
const ASKED = 1_000;
const ASKED_OF_BOTH = 40;

/** How long each answer took, milliseconds, and what it named. */
interface Answered {
  times: number[];
  found: number[][];
}

function byIndex(index: HammingIndex, questions: readonly string[]): Answered {
  const answered: Answered = { times: [], found: [] };
  for (const bits of questions) {
    const started = performance.now();
    const found = index.within(bits, DISTANCE);
    answered.times.push(performance.now() - started);
    answered.found.push(found.map(({ item }) => item));
  }
  return answered;
}

async function byScan(database: MemberDatabase, table: string, questions: readonly string[]): Promise<Answered> {
  const answered: Answered = { times: [], found: [] };
  for (const bits of questions) {
    const question = [BigInt.asIntN(64, BigInt(`0x${bits}`)).toString()];
    const started = performance.now();
    const rows = await database.rows(
      z.object({ item: z.number() }),
      `SELECT item FROM ${table} WHERE bit_count(hash # $1::int8::bit(64)) <= ${DISTANCE}`,
      question,
    );
    answered.times.push(performance.now() - started);
    answered.found.push(rows.map(({ item }) => item));
  }
  return answered;
}

/** Of what the scan found, the part that the index found; and whether it found nothing else. */
function recallOf(found: readonly number[][], truth: readonly number[][]): { recall: number; exact: boolean } {
  let [named, right, all] = [0, 0, 0];
  for (const [question, items] of truth.entries()) {
    const answer = new Set(found[question]);
    all += items.length;
    named += answer.size;
    right += items.filter((item) => answer.has(item)).length;
  }
  return { recall: all === 0 ? 1 : right / all, exact: named === right };
}

async function load(database: MemberDatabase, table: string, { bits }: Hashes): Promise<void> {
  await database.run(`CREATE UNLOGGED TABLE ${table} (item int4 NOT NULL, hash bit(64) NOT NULL)`);
  const part = 50_000;
  for (let from = 0; from < bits.length; from += part) {
    const values = bits.slice(from, from + part).map((each) => BigInt.asIntN(64, BigInt(`0x${each}`)).toString());
    await database.run(
      `INSERT INTO ${table} SELECT $1::int4 + place::int4 - 1, value::bit(64)
         FROM unnest($2::int8[]) WITH ORDINALITY AS given(value, place)`,
      [from, values],
    );
  }
  await database.run(`VACUUM ANALYZE ${table}`);
}

/**
 * Images within 8 bits of one, of a million pHashes: the index in memory against a sequential scan in the member's own
 * Postgres, which may take as many workers as it likes. `random` hashes share nothing; `crowded` ones are twenty thousand images in fifty
 * versions each, so that an answer has many. Then texts: near duplicates by our index and by datasketch, against the
 * exact Jaccard index.
 */
export const similar: Benchmark = {
  rounds: 5,
  ratio: 'p95, index over scan, random',
  goals: [
    { arm: 'p95, index over scan, random', most: 0.02 },
    { arm: 'recall, random', least: 1 },
    { arm: 'recall, crowded', least: 1 },
  ],
  async run({ consortium, samples, rounds, smoke, say }) {
    await measureTexts({ samples, smoke, say });
    await consortium.command(z.unknown(), 'up', '--without-models');
    const database = await MemberDatabase.of((await consortium.member('archive')).gatewayConfig);
    const [size, asked, both] = smoke ? [20_000, 20, 4] : [HASHES, ASKED, ASKED_OF_BOTH];
    try {
      for (const kind of ['random', 'crowded'] as const) {
        const corpus = hashes(kind, size, asked * rounds);
        const index = new HammingIndex();
        for (const bits of corpus.bits) index.add(bits);
        const table = `${database.schema}.${kind}`;
        await load(database, table, corpus);
        for (let round = 0; round < rounds; round++) {
          const questions = corpus.questions.slice(round * asked, (round + 1) * asked);
          const shared = questions.slice(0, both);
          const first = round % 2 === 0 ? undefined : await byScan(database, table, shared);
          const ours = byIndex(index, questions);
          const scan = first ?? (await byScan(database, table, shared));
          const [own, other] = [quantile(ours.times, 0.95), quantile(scan.times, 0.95)];
          const { recall, exact } = recallOf(ours.found.slice(0, both), scan.found);
          samples.add(`p95, index, ${kind}`, 'ms', own);
          samples.add(`p95, scan, ${kind}`, 'ms', other);
          samples.add(`p95, index over scan, ${kind}`, '×', own / other);
          samples.add(`recall, ${kind}`, '', exact ? recall : 0);
          const named = ours.found.reduce((sum, found) => sum + found.length, 0) / asked;
          say(`${kind}: index ${own.toFixed(2)} ms, scan ${other.toFixed(0)} ms, ${named.toFixed(1)} found each`);
        }
        await database.run(`DROP TABLE ${table}`);
      }
    } finally {
      await database.close();
    }
  },
};
