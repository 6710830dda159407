import {
  canonicalJson,
  leafHash,
  rootOfHashes,
  toHex,
  verifyInclusion,
  type DatasetItem,
  type DatasetVersion,
} from '@llmchain/protocol';
import type { PlacedItem, Subject } from '../bundle/schema';
import { demand } from '../refusal';
import type { Steps } from './steps';

type Of<K extends Subject['kind']> = Extract<Subject, { kind: K }>;

/** Follows what is said of a dataset version's items to the root in its record. */
export function followItems(
  steps: Steps,
  subject: Of<'dataset'> | Of<'item'> | Of<'absence'>,
  version: DatasetVersion,
): void {
  switch (subject.kind) {
    case 'dataset':
      followAll(steps, subject, version);
      break;
    case 'item':
      steps.take('inclusion', 'arithmetic', () => {
        demandPlaced(subject.placed, version);
        return { found: undefined, detail: described(subject.placed, version) };
      });
      break;
    case 'absence':
      followAbsence(steps, subject, version);
  }
}

/** All items: their root is the record's, and so are their totals. */
function followAll(steps: Steps, { items, without }: Of<'dataset'>, version: DatasetVersion): void {
  steps.take('items', 'arithmetic', () => {
    demand(items.length === version.items, `the version has ${version.items} items, here are ${items.length}`);
    const root = toHex(rootOfHashes(items.map((item) => leafHash(canonicalJson(item)))));
    demand(root === version.root, 'the root over the items is not that of the version');
    const total = (of: 'tokens' | 'bytes'): number => items.reduce((sum, item) => sum + item[of], 0);
    demand(
      total('tokens') === version.tokens && total('bytes') === version.bytes,
      'the items have other totals than the version',
    );
    const unsorted = items.findIndex((item, index) => index > 0 && item.digest <= items[index - 1]!.digest);
    demand(unsorted < 0, `item ${unsorted} does not rise above the one before it`);
    const works = new Set(items.map(({ work }) => work)).size;
    const detail = `all ${items.length} items on ${version.pages} pages, of ${works} works, give the root ${version.root.slice(0, 16)}…`;
    return { found: undefined, detail };
  });
  if (without === undefined) return;
  steps.take('absence', 'arithmetic', () => {
    const at = items.findIndex(({ work }) => work === without);
    demand(at < 0, `item ${at} is of work ${without}`);
    return { found: undefined, detail: `none of the ${items.length} items is of work ${without}` };
  });
}

/** No item of a digest: the two between which it would stand are neighbours, or the end is reached. */
function followAbsence(steps: Steps, { digest, before, after }: Of<'absence'>, version: DatasetVersion): void {
  steps.take('neighbours', 'arithmetic', () => {
    const ends = [before, after].filter((end) => end !== null);
    demand(ends.length > 0, 'no neighbour is given');
    for (const end of ends) demandPlaced(end, version);
    const next = before === null ? 0 : before.inclusion.index + 1;
    demand(
      after === null ? next === version.items : after.inclusion.index === next,
      'there is room for items between the neighbours',
    );
    demand(before === null || before.item.digest < digest, 'the item before it is not before it');
    demand(after === null || digest < after.item.digest, 'the item after it is not after it');
    return { found: undefined, detail: ends.map((end) => described(end, version)).join(' | ') };
  });
  steps.take('absence', 'sealing rule', () => ({
    found: undefined,
    detail: `item ${digest} would stand ${placeOf(before, after)}, so the version does not hold it`,
  }));
}

function demandPlaced({ item, inclusion }: PlacedItem, version: DatasetVersion): void {
  demand(
    inclusion.count === version.items,
    `the version has ${version.items} items, the path is of ${inclusion.count}`,
  );
  demand(
    verifyInclusion(canonicalJson(item), inclusion, version.root),
    'the path does not lead from the item to the root of the version',
  );
}

function described({ item, inclusion }: PlacedItem, version: DatasetVersion): string {
  const { digest, work, licence }: DatasetItem = item;
  const under = licence === undefined ? '' : ` under licence ${licence}`;
  return `item ${digest} of work ${work}${under} is leaf ${inclusion.index} of ${inclusion.count} of ${version.dataset}@${version.version}`;
}

function placeOf(before: PlacedItem | null, after: PlacedItem | null): string {
  if (before === null) return 'before the first';
  return after === null ? 'after the last' : 'between these two';
}
