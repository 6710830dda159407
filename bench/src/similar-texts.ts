import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LlmchainError, MinHashIndex, PERMUTATIONS, textSignature } from '@llmchain/protocol';
import { z } from 'zod';
import { editedTexts } from './edited-texts';
import type { Samples } from './figures';
import { Python } from './python';

const SHINGLE = 5;
/** From here on a registration that resembles another has to say so. */
const SIMILARITY = 0.7;
const PASSAGES = 1_500;

type Pair = readonly [number, number];

const Found = z.strictObject({ seconds: z.number(), pairs: z.array(z.tuple([z.number(), z.number()])) });
type Found = z.output<typeof Found>;

function shinglesOf(words: readonly string[]): Set<string> {
  const places = Array.from({ length: Math.max(1, words.length - SHINGLE + 1) }, (_, at) => at);
  return new Set(places.map((at) => words.slice(at, at + SHINGLE).join(' ')));
}

/** Every pair whose exact Jaccard index reaches the threshold. */
function truth(texts: readonly (readonly string[])[]): Pair[] {
  const sets = texts.map(shinglesOf);
  const holders = new Map<string, number[]>();
  const pairs: Pair[] = [];
  for (const [number, set] of sets.entries()) {
    const shared = new Map<number, number>();
    for (const shingle of set) {
      const before = holders.get(shingle) ?? [];
      for (const other of before) shared.set(other, (shared.get(other) ?? 0) + 1);
      holders.set(shingle, [...before, number]);
    }
    for (const [other, common] of shared)
      if (common / (set.size + sets[other]!.size - common) >= SIMILARITY) pairs.push([other, number]);
  }
  return pairs;
}

function ours(texts: readonly (readonly string[])[]): Found {
  const started = performance.now();
  const index = new MinHashIndex();
  const pairs: [number, number][] = [];
  for (const [number, words] of texts.entries()) {
    const signature = textSignature(words.join(' '))!;
    for (const { item } of index.atLeast(signature, SIMILARITY)) pairs.push([item, number]);
    index.add(signature);
  }
  return { seconds: (performance.now() - started) / 1000, pairs };
}

/**
 * Near duplicates among passages of plays and edited copies of them: what our index finds, and what datasketch finds with as
 * many permutations of the same shingles, against the exact Jaccard index. The peer's arm is left out, and that is said,
 * where its packages cannot be had.
 */
export async function measureTexts({
  samples,
  smoke,
  say,
}: {
  samples: Samples;
  smoke: boolean;
  say: (text: string) => void;
}): Promise<void> {
  const texts = await editedTexts(smoke ? 30 : PASSAGES);
  const near = new Set(truth(texts).map(String));
  say(`${texts.length} texts, ${near.size} pairs that share seven tenths of their shingles`);
  const take = (arm: string, { seconds, pairs }: Found): void => {
    const right = pairs.filter((pair) => near.has(String(pair))).length;
    const [precision, recall] = [right / pairs.length, right / near.size];
    samples.add(`texts, precision, ${arm}`, '', precision);
    samples.add(`texts, recall, ${arm}`, '', recall);
    samples.add(`texts, ${arm}`, 's', seconds);
    say(`${arm}: precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}, ${seconds.toFixed(1)} s`);
  };
  take('index', ours(texts));
  const folder = await mkdtemp(join(tmpdir(), 'bench-similar-'));
  try {
    const file = join(folder, 'texts.jsonl');
    await writeFile(file, texts.map((words) => `${JSON.stringify(words)}\n`).join(''));
    const python = await Python.with('datasketch.txt');
    const args = [file, PERMUTATIONS, SHINGLE, SIMILARITY].map(String);
    take('datasketch', Found.parse(JSON.parse(await python.run('near_duplicates.py', ...args))));
  } catch (error) {
    if (!(error instanceof LlmchainError) || error.code !== 'unavailable') throw error;
    say(`no datasketch arm: ${error.message}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
