import type { Work } from '@llmchain/protocol';
import type { IndexRecords } from '../ports/index-records';
import type { Ledgers } from '../ports/ledger';
import { mapConcurrently } from './concurrency';

/** Works that one question to the index names. */
const AT_ONCE = 5_000;
/** Questions to the peer at the same time. */
const WIDTH = 16;

/**
 * Works by their digests: from the index, which gives thousands at once, and those that it has not seen yet from the ledger.
 * What is not registered is left out. What of a work may change is as the index has it.
 */
export async function worksOf(
  { index, ledgers }: { index: IndexRecords; ledgers: Ledgers },
  digests: Iterable<string>,
): Promise<Map<string, Work>> {
  const wanted = [...new Set(digests)];
  const works = new Map<string, Work>();
  for (let start = 0; start < wanted.length; start += AT_ONCE)
    for (const [id, work] of await index.records.current('work', wanted.slice(start, start + AT_ONCE)))
      works.set(id, work);
  const unseen = wanted.filter((id) => !works.has(id));
  await mapConcurrently(unseen, WIDTH, async (id) => {
    const work = await ledgers.service.find('work', id);
    if (work) works.set(id, work);
  });
  return works;
}
