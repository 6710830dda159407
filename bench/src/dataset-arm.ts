import { readFile } from 'node:fs/promises';
import { Cleaner, Ingestion, IngestParameters, metadataOf, NearDuplicates } from '@llmchain/ingestion';
import { canonicalJson, leafHash, MinHashIndex, rootOfHashes, textSignature, toHex } from '@llmchain/protocol';

/**
 * One arm of the benchmark `dataset`, in a process of its own so that its memory can be told apart. Prints the number of items
 * and their Merkle root, which has to be the same for both arms.
 */
const parameters = IngestParameters.parse({ format: 'jsonl' });

interface Kept {
  digest: string;
  leaf: Uint8Array;
}

function keptOf(item: { digest: string; work: string; spdx: string; content: Buffer }): Kept {
  const { digest, work, spdx, content } = item;
  const leaf = canonicalJson({ digest, work, spdx, bytes: content.length, tokens: content.length });
  return { digest, leaf: leafHash(leaf) };
}

/** Reads a document at a time. */
async function streamed(file: string): Promise<Kept[]> {
  const ingestion = new Ingestion(
    file,
    { dataset: 'bench', parameters },
    { signatureOf: textSignature, index: new MinHashIndex() },
  );
  const kept: Kept[] = [];
  for await (const item of ingestion.items()) kept.push(keptOf(item));
  return kept;
}

/** As a script does it: the whole file, then all of its lines, then all of its documents, through the same steps. */
async function naive(file: string): Promise<Kept[]> {
  const near = new NearDuplicates(
    { similarity: parameters.similarity / 1_000 },
    { signatureOf: textSignature, index: new MinHashIndex() },
  );
  const cleaner = new Cleaner(parameters, { near });
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  const records = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const documents = records.map((record, index) => ({
    path: String(index),
    medium: 'text' as const,
    content: Buffer.from(String(record['text'])),
    metadata: metadataOf(record),
  }));
  const cleaned = documents.map((document) => cleaner.clean(document));
  return cleaned.flatMap((outcome) => ('content' in outcome ? [keptOf(outcome)] : []));
}

async function main([arm = '', file = '']: readonly string[]): Promise<void> {
  const kept = await (arm === 'streamed' ? streamed(file) : naive(file));
  kept.sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const root = toHex(rootOfHashes(kept.map(({ leaf }) => leaf)));
  process.stdout.write(`${JSON.stringify({ items: kept.length, root })}\n`);
}

void main(process.argv.slice(2));
