import {
  DatasetVersion,
  Digest,
  Id,
  Licence,
  Line,
  Micro,
  ModelVersion,
  MspId,
  Sale,
  Use,
  Version,
  Work,
} from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { BrowseCatalogue, Offered } from '../usecases/browse-catalogue';
import { api, HOLDERS, paging } from './common';

/** The route by which one has it, and the roles that may call it. */
export const Obtain = z.strictObject({
  method: z.enum(['GET', 'POST']),
  path: z.string(),
  roles: z.array(z.string()),
});

/** What every entry says: whose it is, and what it costs at least, micro-credits. */
const common = {
  id: z.string(),
  title: z.string(),
  member: MspId,
  person: Id.optional(),
  price: Micro,
  media: z.array(Work.shape.medium),
  /** How many works it is about, holds, or was trained on. */
  works: z.number().int(),
  obtain: Obtain,
};
const titled = z.array(z.strictObject({ id: Digest, title: z.string() }));
const licence = Licence.shape;
const model = ModelVersion.shape;
const serving = {
  prices: model.prices,
  contextTokens: model.contextTokens,
  class: model.class,
  /** Of one from outside: where it comes from, its licence, and what is known of its training data. */
  external: model.external,
  /** Whether the consent of every work behind it stands; where it does not, routers refuse it. */
  stands: z.boolean(),
  /** Members whose workers have it loaded. */
  servedBy: z.array(MspId),
};

const Entry = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('licence'),
    ...common,
    /** The works, at most 20 of them. */
    titles: titled,
    licensee: licence.licensee,
    uses: licence.uses,
    from: licence.from,
    until: licence.until,
    weight: licence.weight,
    territory: licence.territory,
    exclusive: licence.exclusive,
    irrevocable: licence.irrevocable,
    terms: licence.terms,
  }),
  z.strictObject({
    kind: z.literal('sale'),
    ...common,
    titles: titled,
    seller: Sale.shape.seller,
    share: Sale.shape.share,
    ownership: z.boolean(),
    until: Sale.shape.until,
  }),
  z.strictObject({
    kind: z.literal('dataset'),
    ...common,
    dataset: Id,
    version: Version,
    items: DatasetVersion.shape.items,
    tokens: DatasetVersion.shape.tokens,
    bytes: DatasetVersion.shape.bytes,
    root: Digest,
  }),
  z.strictObject({ kind: z.literal('model'), ...common, model: Id, version: Version, ...serving }),
  z.strictObject({ kind: z.literal('service'), ...common, model: Id, version: Version, ...serving }),
]);
type Entry = z.output<typeof Entry>;

/** What can be had in the consortium, with price and terms. */
export function catalogueRoutes(usecases: { catalogue: BrowseCatalogue }): Route<Actor>[] {
  return [
    api.json({
      method: 'get',
      path: '/v1/catalogue',
      summary:
        'What this member can have: licences, works and shares for sale, datasets, models, and those that are served; each with price, terms and how to get it',
      roles: 'any',
      query: z.strictObject({
        ...paging,
        kind: z.enum(['dataset', 'licence', 'model', 'sale', 'service']).optional(),
        text: Line.optional(),
        use: Use.optional(),
        member: MspId.optional(),
        maxPrice: z.coerce.number().pipe(Micro).optional(),
        medium: Work.shape.medium.optional(),
      }),
      response: z.strictObject({
        data: z.array(Entry),
        after: z.string().optional(),
        asOf: z.strictObject({ block: z.number().int(), time: z.number() }),
        complete: z.boolean(),
      }),
      run: async ({ query: { member, maxPrice, kind, ...query } }) => {
        const kinds = kind && [kind];
        const { data, ...page } = await usecases.catalogue.run({ ...query, kinds, owner: member, price: maxPrice });
        return { data: data.map(entryOf), ...page };
      },
    }),
  ];
}

/** A row with its price, its terms, and the route that gets it. */
export function entryOf({ row, serving: served }: Offered): Entry {
  const { record, works: titles } = row;
  const shared = {
    member: record.owner.member,
    ...(record.owner.person === undefined ? {} : { person: record.owner.person }),
    media: row.media,
    works: row.workCount,
  };
  if ('licence' in record) {
    const {
      licence: id,
      price,
      licensee,
      uses,
      from,
      until,
      weight,
      territory,
      exclusive,
      irrevocable,
      terms,
    } = record;
    const obtain = {
      method: 'POST' as const,
      path: `/v1/licences/${id}/accept`,
      roles: ['steward', 'trainer', 'admin'],
    };
    const limits = { licensee, uses, from, until, weight, territory, exclusive, irrevocable, terms };
    return { kind: 'licence', id, title: titleOf(row), price, ...shared, titles, ...limits, obtain };
  }
  if ('sale' in record) {
    const { sale: id, price, seller, share, ownership, until } = record;
    const obtain = { method: 'POST' as const, path: `/v1/sales/${id}/buy`, roles: [...HOLDERS] };
    return { kind: 'sale', id, title: titleOf(row), price, ...shared, titles, seller, share, ownership, until, obtain };
  }
  if ('dataset' in record) {
    const { dataset, version, items, tokens, bytes, root } = record;
    const obtain = { method: 'POST' as const, path: '/v1/training/jobs', roles: ['trainer'] };
    const id = `${dataset}@${version}`;
    const size = { items, tokens, bytes, root };
    return { kind: 'dataset', id, title: row.title, price: 0, ...shared, dataset, version, ...size, obtain };
  }
  const { model: name, version, prices, contextTokens, class: of, external } = record;
  const price = prices.request + prices.promptToken + prices.completionToken;
  const about = { id: `${name}@${version}`, title: row.title, price, ...shared, model: name, version };
  const origin = { class: of, ...(external ? { external } : {}) };
  const state = { prices, contextTokens, ...origin, stands: served?.stands ?? false, servedBy: served?.servedBy ?? [] };
  if (row.kind === 'service')
    return { kind: 'service', ...about, ...state, obtain: { method: 'POST', path: '/v1/keys', roles: ['admin'] } };
  const path = `/v1/models/${name}/versions/${version}`;
  return { kind: 'model', ...about, ...state, obtain: { method: 'GET', path, roles: ['any'] } };
}

/** Of a licence or a sale: the title of its first work, and how many more there are. */
function titleOf({ works, workCount, name }: Offered['row']): string {
  const first = works[0]?.title ?? name;
  return workCount > 1 ? `${first} and ${workCount - 1} more` : first;
}
