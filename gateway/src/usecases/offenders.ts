import { consentTo, DATASET_USE, PAGE_ITEMS, type DatasetItem, type Offender } from '@llmchain/protocol';
import type { IndexRecords } from '../ports/index-records';
import type { Ledger, Ledgers } from '../ports/ledger';
import { mapConcurrently } from './concurrency';
import { worksOf } from './works';

/** Questions to the peer at the same time. */
const WIDTH = 4;

/**
 * Items that may not be used. The index is asked of all of them, and the ledger of those only that the index has nothing good
 * to say of: so that what it has not seen yet refuses nobody. What it took for good is the endorsers' to refuse.
 * @param licensee MSP id of who asks the ledger
 */
export async function offendersAmong(
  ports: { index: IndexRecords; ledgers: Ledgers },
  items: readonly DatasetItem[],
  { ledger, licensee }: { ledger: Ledger; licensee: string },
): Promise<Offender[]> {
  const works = await worksOf(
    ports,
    items.map(({ work }) => work),
  );
  const named = new Set(items.flatMap(({ licence }) => licence ?? []));
  const licences = await ports.index.records.current('licence', [...named]);
  const now = Date.now();
  const suspects = items.filter((item) => {
    const licence = item.licence === undefined ? undefined : (licences.get(item.licence) ?? null);
    return !consentTo(DATASET_USE, works.get(item.work), licence, licensee, now).granted;
  });
  const pages: DatasetItem[][] = [];
  for (let start = 0; start < suspects.length; start += PAGE_ITEMS)
    pages.push(suspects.slice(start, start + PAGE_ITEMS));
  const refused = await mapConcurrently(pages, WIDTH, (page) => ledger.query('datasets:consent', { items: page }));
  return refused.flatMap(({ offenders }) => offenders) as Offender[];
}
