import type { CatalogueKind, CatalogueOrder, CataloguePage, CatalogueRow } from '@llmchain/indexer';
import { sameOwner, type RecordOf, type RecordType, type Work } from '@llmchain/protocol';

type All = <T extends RecordType>(type: T) => RecordOf<T>[];
const NAMED = 20;

/** The index's catalogue over plain records; `gateway-catalogue.test.ts` holds it against the real one. */
export function catalogueOf(all: All, order: CatalogueOrder): Omit<CataloguePage, 'asOf' | 'complete'> {
  const works = new Map(all('work').map((work) => [work.sha256, work]));
  const pages = all('dataset-page');
  const titles = new Map(all('dataset').map(({ dataset, title }) => [dataset, title]));
  const row = (kind: CatalogueKind, record: CatalogueRow['record'], of: readonly string[]): CatalogueRow => {
    const held = [...new Set(of)].sort().flatMap((id) => works.get(id) ?? []);
    const direct = kind === 'licence' || kind === 'sale' ? held.slice(0, NAMED) : [];
    return {
      kind,
      ...nameOf(record, titles),
      record,
      works: direct.map(({ sha256, title }) => ({ id: sha256, title })),
      workCount: held.length,
      media: [...new Set(held.map(({ medium }) => medium))].sort(),
    };
  };
  const holding = ({ dataset, version }: { dataset: string; version: number }): string[] =>
    pages
      .filter((page) => page.dataset === dataset && page.version === version)
      .flatMap((page) => page.items.map(({ work }) => work));
  const models = all('model').filter(({ state }) => state === 'approved');
  const trained = (kind: 'model' | 'service', model: RecordOf<'model'>): CatalogueRow =>
    row(kind, model, (model.datasets ?? []).flatMap(holding));
  const rows = [
    ...all('dataset-version').map((version) => row('dataset', version, holding(version))),
    ...all('licence')
      .filter((licence) => licensable(licence, order, works))
      .map((licence) => row('licence', licence, licence.works)),
    ...models.map((model) => trained('model', model)),
    ...all('sale')
      .filter((sale) => saleable(sale, order, works))
      .map((sale) => row('sale', sale, [sale.work])),
    ...models
      .filter(({ model, version }) => order.served.includes(`${model}@${version}`))
      .map((model) => trained('service', model)),
  ];
  const found = rows
    .filter((each) => order.kinds.includes(each.kind) && matches(each, order, works))
    .sort((a, b) => compare(placeOf(a), placeOf(b)))
    .filter((each) => !order.after || compare(placeOf(each), placeOf(order.after)) > 0);
  const page = found.slice(0, order.limit);
  const last = found.length > order.limit ? page.at(-1) : undefined;
  return {
    rows: page,
    ...(last ? { next: { kind: last.kind, name: last.name, version: last.version } } : {}),
  };
}

function nameOf(record: CatalogueRow['record'], titles: ReadonlyMap<string, string>) {
  if ('licence' in record) return { name: record.licence, version: 0, title: record.licence };
  if ('sale' in record) return { name: record.sale, version: 0, title: record.sale };
  if ('dataset' in record)
    return { name: record.dataset, version: record.version, title: titles.get(record.dataset) ?? record.dataset };
  return { name: record.model, version: record.version, title: record.title };
}

function clear(work: Work | undefined): work is Work {
  return work !== undefined && work.state === 'registered' && work.disputes.length === 0;
}

function licensable(licence: RecordOf<'licence'>, order: CatalogueOrder, works: ReadonlyMap<string, Work>): boolean {
  const { state, until, licensee, uses, owner } = licence;
  if (state !== 'offered' || (until ?? Infinity) <= order.now || !['*', order.buyer].includes(licensee)) return false;
  return licence.works.every((id) => {
    const work = works.get(id);
    return (
      clear(work) &&
      sameOwner(work.owner, owner) &&
      uses.every((use) => (work.preference[use] ?? 'not_allowed') !== 'not_allowed')
    );
  });
}

function saleable(sale: RecordOf<'sale'>, order: CatalogueOrder, works: ReadonlyMap<string, Work>): boolean {
  const { state, until, buyer, owner, ownership, seller, share } = sale;
  if (state !== 'open' || (until ?? Infinity) <= order.now) return false;
  if (buyer !== undefined && buyer.split(':')[1] !== order.buyer) return false;
  const work = works.get(sale.work);
  if (!clear(work) || (ownership && !sameOwner(work.owner, owner))) return false;
  return (work.shares.find(({ holder }) => holder === seller)?.share ?? 0) >= share;
}

function matches(row: CatalogueRow, order: CatalogueOrder, works: ReadonlyMap<string, Work>): boolean {
  const { record } = row;
  const { text, use, owner, price, medium } = order;
  const id = row.version ? `${row.name}@${row.version}` : row.name;
  const about = 'licence' in record ? record.works : 'sale' in record ? [record.work] : [];
  const words = [id, row.title, ...about, ...about.flatMap((work) => works.get(work)?.title ?? [])];
  return (
    (text === undefined || words.some((word) => word.toLowerCase().includes(text.toLowerCase()))) &&
    (use === undefined || usesOf(row).includes(use)) &&
    (owner === undefined || record.owner.member === owner) &&
    (price === undefined || priceOf(row) <= price) &&
    (medium === undefined || row.media.includes(medium))
  );
}

function usesOf({ kind, record }: CatalogueRow): readonly string[] {
  if ('licence' in record) return record.uses;
  return { dataset: ['generative_training'], model: ['inference'], service: ['inference'], sale: [], licence: [] }[
    kind
  ];
}

function priceOf({ record }: CatalogueRow): number {
  if ('price' in record) return record.price;
  return 'prices' in record ? record.prices.request + record.prices.promptToken + record.prices.completionToken : 0;
}

const placeOf = ({ kind, name, version }: Pick<CatalogueRow, 'kind' | 'name' | 'version'>) =>
  [kind, name, version] as const;

function compare(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  const at = a.findIndex((each, index) => each !== b[index]);
  return at < 0 ? 0 : a[at]! < b[at]! ? -1 : 1;
}
