import type { Use, WorkEntry } from '@llmchain/protocol';
import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely';
import { datasetNode } from '../project/ids';
import type { Database, Tables } from '../store/tables';
import type { CatalogueKind, CatalogueOrder, CataloguePage, CatalogueRow } from './answers';
import { readAll } from './as-of';

/** Works that one row names. */
const NAMED = 20;
/** What a row of the catalogue is, and the type of the thing in the lineage that it is made from. */
const KINDS = sql<{ kind: CatalogueKind; of: string }>`(VALUES ('dataset', 'dataset'), ('licence', 'licence'),
  ('model', 'model'), ('sale', 'sale'), ('service', 'model'))`;
/** How a thing is tied to the works that it holds or is about. */
const TIES = ['licenses', 'sells', 'contains'];

type Connection = Kysely<Tables> | Transaction<Tables>;

/**
 * What a member can have: licence offers that it may accept, open sales, sealed dataset versions, approved model
 * versions, and those of them that are served. Offers that the chaincode would refuse for what the works' records say
 * now are left out.
 */
export class Catalogue {
  readonly #db: Database;

  constructor(dependencies: { db: Database }) {
    this.#db = dependencies.db;
  }

  /** One page, in the order of kind, name and version, all of it as of one block. */
  async page(order: CatalogueOrder): Promise<CataloguePage> {
    return this.#db
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (db) => {
        const at = await db.selectFrom('checkpoint').select(['block', 'time']).executeTakeFirst();
        const asOf = at ? { block: at.block, time: Number(at.time) } : { block: -1, time: 0 };
        const found = await offered(db, order);
        const page = found.slice(0, order.limit);
        const works = await worksOf(db, page);
        const last = found.length > order.limit ? page.at(-1) : undefined;
        return {
          rows: page.map((row) => rowOf(row, works(row))),
          ...(last ? { next: { kind: last.kind, name: last.name, version: last.version } } : {}),
          asOf,
          complete: await readAll(db, asOf.block),
        };
      });
  }
}

/** A row as the first query finds it. */
type Found = Pick<CatalogueRow, 'kind' | 'name' | 'version' | 'title' | 'record'> & { node: string };

async function offered(db: Connection, order: CatalogueOrder): Promise<Found[]> {
  const { after, text, use, price, medium, owner } = order;
  let query = db
    .selectFrom('node as offer')
    .innerJoin(KINDS.as<'kinds'>(sql`kinds(kind, "of")`), 'kinds.of', 'offer.type')
    .leftJoin(titles(db), (join) => join.onRef('titled.dataset', '=', 'offer.name').on('offer.type', '=', 'dataset'))
    .select(['kinds.kind', 'offer.id as node', 'offer.name', 'offer.data as record'])
    .select(sql<number>`coalesce(offer.version, 0)`.as('version'))
    .select(TITLE.as('title'))
    .where('offer.to_block', 'is', null)
    .where('offer.type', 'in', ['licence', 'sale', 'dataset', 'model'])
    .where(sql<boolean>`kinds.kind = ANY(${order.kinds}::text[])`)
    .where(available(order))
    .where((eb) => eb.not(eb.exists(spoilt(db))))
    .orderBy(sql`kinds.kind COLLATE "C"`)
    .orderBy(sql`offer.name COLLATE "C"`)
    .orderBy(sql`coalesce(offer.version, 0)`)
    .limit(order.limit + 1);
  if (after)
    query = query.where(
      sql<boolean>`(kinds.kind COLLATE "C", offer.name COLLATE "C", coalesce(offer.version, 0))
        > (${after.kind}, ${after.name}, ${after.version})`,
    );
  if (owner !== undefined) query = query.where(sql<boolean>`offer.data->'owner'->>'member' = ${owner}`);
  if (price !== undefined) query = query.where(sql<boolean>`${PRICE} <= ${price}`);
  if (use !== undefined) query = query.where(allows(use));
  if (medium !== undefined) query = query.where((eb) => eb.exists(ofMedium(db, medium)));
  if (text !== undefined)
    query = query.where((eb) => eb.or([holds(sql`offer.label`, text), holds(TITLE, text), eb.exists(about(db, text))]));
  return (await query.execute()) as unknown as Found[];
}

/** A licence and a sale have no title of their own: their works have. */
const TITLE = sql<string>`CASE offer.type WHEN 'dataset' THEN coalesce(titled.title, offer.name)
  WHEN 'model' THEN offer.data->>'title' ELSE offer.name END`;

/** What one has to pay at least, micro-credits. */
const PRICE = sql<string>`CASE kinds.kind
  WHEN 'licence' THEN (offer.data->>'price')::bigint WHEN 'sale' THEN (offer.data->>'price')::bigint
  WHEN 'dataset' THEN 0
  ELSE (offer.data->'prices'->>'request')::bigint + (offer.data->'prices'->>'promptToken')::bigint
    + (offer.data->'prices'->>'completionToken')::bigint END`;

/** The titles of datasets, which stand in a record beside their versions. */
function titles(db: Connection) {
  return db
    .selectFrom('write')
    .distinctOn('parts')
    .select([sql<string>`parts[1]`.as('dataset'), sql<string>`record->>'title'`.as('title')])
    .where('type', '=', 'dataset')
    .where('record', 'is not', null)
    .orderBy('parts')
    .orderBy('block', 'desc')
    .orderBy('tx', 'desc')
    .orderBy('n', 'desc')
    .as('titled');
}

/** By the offer's own record: nobody took it up, its time is not over, and it is not for somebody else. */
function available({ buyer, now, served }: CatalogueOrder): RawBuilder<boolean> {
  const running = sql`coalesce((offer.data->>'until')::bigint > ${now}, true)`;
  return sql<boolean>`CASE kinds.kind
    WHEN 'dataset' THEN true
    WHEN 'licence' THEN offer.state = 'offered' AND ${running} AND offer.data->>'licensee' IN ('*', ${buyer}::text)
    WHEN 'sale' THEN offer.state = 'open' AND ${running} AND (offer.data->>'buyer' IS NULL
      OR split_part(offer.data->>'buyer', ':', 2) = ${buyer}::text)
    WHEN 'model' THEN offer.state = 'approved'
    ELSE offer.state = 'approved' AND offer.label = ANY(${served}::text[]) END`;
}

/** Works that an offer licenses or sells, as they stand. */
function offeredWorks(db: Connection) {
  return db
    .selectFrom('edge as tie')
    .innerJoin('node as work', 'work.id', 'tie.to_id')
    .select('work.id')
    .where('tie.from_id', '=', sql<string>`offer.id`)
    .where('tie.kind', 'in', ['licenses', 'sells'])
    .where('tie.to_block', 'is', null)
    .where('work.to_block', 'is', null);
}

/** Works for which an offer cannot be taken up any more: see `demandLicensable` and `demandSaleable` of the chaincode. */
function spoilt(db: Connection) {
  return offeredWorks(db).where(
    sql<boolean>`(work.state <> 'registered' OR json_array_length(work.data->'disputes') > 0 OR CASE kinds.kind
        WHEN 'licence' THEN (work.data->'owner')::jsonb <> (offer.data->'owner')::jsonb
          OR EXISTS (SELECT FROM json_array_elements_text(offer.data->'uses') AS wanted(use)
            WHERE coalesce(work.data->'preference'->>wanted.use, 'not_allowed') = 'not_allowed')
        ELSE ((offer.data->>'ownership')::boolean AND (work.data->'owner')::jsonb <> (offer.data->'owner')::jsonb)
          OR coalesce((SELECT (each->>'share')::integer FROM json_array_elements(work.data->'shares') AS each
            WHERE each->>'holder' = offer.data->>'seller'), 0) < (offer.data->>'share')::integer END)`,
  );
}

/** A dataset is for training generative models, a model for inference; a sale leaves uses to the new owner. */
function allows(use: Use): RawBuilder<boolean> {
  return sql<boolean>`CASE kinds.kind
    WHEN 'licence' THEN ${use}::text IN (SELECT json_array_elements_text(offer.data->'uses'))
    WHEN 'dataset' THEN ${use}::text = 'generative_training'
    WHEN 'sale' THEN false
    ELSE ${use}::text = 'inference' END`;
}

/** Works of a medium that the offer is about, holds, or was trained on. */
function ofMedium(db: Connection, medium: WorkEntry['medium']) {
  return db
    .selectFrom('edge as tie')
    .innerJoin('node as work', 'work.id', 'tie.to_id')
    .select('work.id')
    .where((eb) =>
      eb.or([
        eb('tie.from_id', '=', sql<string>`offer.id`),
        eb(
          'tie.from_id',
          'in',
          eb
            .selectFrom('edge as trained')
            .select('trained.to_id')
            .where('trained.from_id', '=', sql<string>`offer.id`)
            .where('trained.kind', '=', 'trained on')
            .where('trained.to_block', 'is', null),
        ),
      ]),
    )
    .where('tie.kind', 'in', TIES)
    .where('tie.to_block', 'is', null)
    .where('work.to_block', 'is', null)
    .where(sql<boolean>`work.data->>'medium' = ${medium}`);
}

/** Works that an offer licenses or sells, by a part of their title or id. */
function about(db: Connection, text: string) {
  return offeredWorks(db).where((eb) => eb.or([holds(sql`work.label`, text), holds(sql`work.id`, text)]));
}

/** Whether a text holds another, whatever the case of the letters, in any script. */
function holds(whole: RawBuilder<unknown>, part: string): RawBuilder<boolean> {
  return sql<boolean>`strpos(lower(${whole} COLLATE "und-x-icu"), lower(${part}::text COLLATE "und-x-icu")) > 0`;
}

function rowOf({ node: _, ...row }: Found, works: Pick<CatalogueRow, 'works' | 'workCount' | 'media'>): CatalogueRow {
  return { ...row, ...works };
}

/** The works of a page's rows, in one query. */
async function worksOf(
  db: Connection,
  rows: readonly Found[],
): Promise<(row: Found) => Pick<CatalogueRow, 'works' | 'workCount' | 'media'>> {
  const sources = ({ node, record }: Found): string[] =>
    record.schema === 'model-version/1' ? (record.datasets ?? []).map(datasetNode) : [node];
  const ids = [...new Set(rows.flatMap(sources))];
  const found = await db
    .selectFrom((from) =>
      from
        .selectFrom('edge as tie')
        .innerJoin('node as work', 'work.id', 'tie.to_id')
        .select(['tie.from_id', 'work.id', 'work.label'])
        .select(sql<WorkEntry['medium']>`work.data->>'medium'`.as('medium'))
        .where(sql<boolean>`tie.from_id = ANY(${ids}::text[])`)
        .where('tie.kind', 'in', TIES)
        .where('tie.to_block', 'is', null)
        .where('work.to_block', 'is', null)
        .distinct()
        .as('held'),
    )
    .select('from_id')
    .select(sql<string>`count(*)`.as('count'))
    .select(sql<WorkEntry['medium'][]>`array_agg(DISTINCT medium ORDER BY medium)`.as('media'))
    .select(sql<string[]>`(array_agg(id ORDER BY id))[1:${sql.lit(NAMED)}]`.as('ids'))
    .select(sql<string[]>`(array_agg(label ORDER BY id))[1:${sql.lit(NAMED)}]`.as('labels'))
    .groupBy('from_id')
    .execute();
  const bySource = new Map(found.map((each) => [each.from_id, each]));
  return (row) => {
    const held = sources(row).flatMap((id) => bySource.get(id) ?? []);
    const direct = row.kind === 'licence' || row.kind === 'sale' ? held : [];
    return {
      works: direct.flatMap(({ ids: works, labels }) => works.map((id, at) => ({ id, title: labels[at] ?? id }))),
      workCount: held.reduce((sum, { count }) => sum + Number(count), 0),
      media: [...new Set(held.flatMap(({ media }) => media))].sort(),
    };
  };
}
