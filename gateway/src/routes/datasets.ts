import {
  Address,
  Dataset,
  DatasetItem,
  DatasetReports,
  DatasetVersion,
  Digest,
  Id,
  ordinal,
  TRANSACTIONS,
  Version,
} from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import { MOST_ITEMS } from '../usecases/dataset-items';
import type { SealDataset } from '../usecases/seal-dataset';
import type { Transact } from '../usecases/transact';
import { api, operation, place, VersionInPath } from './common';

/** A list of a hundred thousand items. */
const BODY_LIMIT = 32 * 1024 * 1024;

const Wanted = DatasetItem.pick({ licence: true, spdx: true }).extend({
  work: Digest,
  tokens: DatasetItem.shape.tokens.optional(),
});

/** Either `items` or `manifests`. */
const Sealing = z.strictObject({
  ...operation,
  version: Version,
  /** Works as they are. */
  items: z.array(Wanted).min(1).max(MOST_ITEMS).optional(),
  /** Manifests of what was ingested, in the member's bucket. */
  manifests: z.array(Address).min(1).max(100).optional(),
  /** An earlier version, whose items it takes over but those of the works in `without`. */
  from: Version.optional(),
  without: z.array(Digest).min(1).max(1_000).optional(),
  ...DatasetReports,
});

export function datasetRoutes(usecases: { sealDataset: SealDataset; transact: Transact }): Route<Actor>[] {
  const { sealDataset, transact } = usecases;
  const version = z.strictObject({ id: Id, version: VersionInPath });
  return [
    api.json({
      method: 'post',
      path: '/v1/datasets',
      summary: 'Open a dataset',
      roles: ['steward'],
      status: 201,
      body: z.strictObject({ ...operation, dataset: Id, title: Dataset.shape.title, purpose: Dataset.shape.purpose }),
      response: Dataset.extend(place),
      run: ({ actor, body: { operationId, ...dataset } }) =>
        transact.submit(actor, 'datasets:create', dataset, operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/datasets/{id}/versions',
      summary:
        'Seal a version of works that may be trained on, or of an earlier version without some; refused with every offender',
      roles: ['steward'],
      status: 201,
      limit: BODY_LIMIT,
      params: z.strictObject({ id: Id }),
      body: Sealing,
      response: DatasetVersion.extend(place),
      run: ({ actor, params, body }) => sealDataset.run(actor, params.id, body),
    }),
    api.json({
      method: 'post',
      path: '/v1/datasets/consent',
      summary: 'Ask which items may not be used, and why; changes nothing',
      roles: 'any',
      limit: BODY_LIMIT,
      body: TRANSACTIONS['datasets:consent'].request,
      response: TRANSACTIONS['datasets:consent'].result,
      run: ({ body }) => transact.ask('datasets:consent', body),
    }),
    api.json({
      method: 'get',
      path: '/v1/datasets/{id}/versions/{version}/items',
      summary: 'A sealed version’s items, by pages of 1,024 from 0',
      roles: 'any',
      params: version,
      query: z.strictObject({ page: z.coerce.number().int().min(0).max(9_999).default(0) }),
      response: z.strictObject({
        page: z.number().int(),
        pages: z.number().int(),
        root: Digest,
        items: z.array(DatasetItem),
      }),
      run: async ({ params, query: { page } }) => {
        const key = [params.id, ordinal(params.version)] as const;
        const { pages } = await transact.read('dataset-version', ...key);
        const { root, items } = await transact.read('dataset-page', ...key, ordinal(page));
        return { page, pages, root, items };
      },
    }),
  ];
}
