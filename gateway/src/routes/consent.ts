import { DatasetPage, Digest, Id, MspId, ordinal, REFUSALS, Taint, Version } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { ConsentStanding } from '../usecases/consent-standing';
import type { Transact } from '../usecases/transact';
import { api, place, VersionInPath } from './common';

const job = z.strictObject({ id: Id });
const version = z.strictObject({ id: Id, version: VersionInPath });
const response = Taint.extend(place);

/** Whether consent stands, and the works for which it does not. */
const Standing = z.strictObject({
  stands: z.boolean(),
  offences: z.array(
    z.strictObject({
      dataset: Id,
      version: Version,
      page: DatasetPage.shape.index,
      item: Digest,
      work: Digest,
      reason: z.enum(REFUSALS),
    }),
  ),
});

/**
 * Consent as it stands in this member's index, and taint on the ledger, one edge at a time. Gateways record taint of
 * themselves; anyone may be quicker.
 */
export function consentRoutes(usecases: { transact: Transact; standing: ConsentStanding }): Route<Actor>[] {
  const { transact, standing } = usecases;
  return [
    api.json({
      method: 'get',
      path: '/v1/datasets/{id}/versions/{version}/standing',
      summary: 'Whether every work in a dataset version may be used now; by its owner, unless another member is named',
      roles: 'any',
      params: version,
      query: z.strictObject({ licensee: MspId.optional() }),
      response: Standing,
      run: async ({ params, query }) => {
        const { owner, ...sealed } = await transact.read('dataset-version', params.id, ordinal(params.version));
        const reference = { dataset: sealed.dataset, version: sealed.version };
        const offences = await standing.ofDataset(reference, query.licensee ?? owner.member);
        return { stands: offences.length === 0, offences };
      },
    }),
    api.json({
      method: 'get',
      path: '/v1/models/{id}/versions/{version}/standing',
      summary: 'Whether every work behind a model version may be used now; while one may not, it is not served',
      roles: 'any',
      params: version,
      response: Standing,
      run: async ({ params }) => {
        const offences = await standing.ofModel(await transact.read('model', params.id, ordinal(params.version)));
        return { stands: offences.length === 0, offences };
      },
    }),
    api.json({
      method: 'post',
      path: '/v1/datasets/{id}/versions/{version}/taint',
      summary: 'Show that an item’s consent no longer stands: the version is tainted',
      roles: 'any',
      params: version,
      body: z.strictObject({ page: DatasetPage.shape.index, item: Digest }),
      response,
      run: ({ actor, params, body }) =>
        transact.submit(actor, 'datasets:taint', { dataset: params.id, version: params.version, ...body }),
    }),
    api.json({
      method: 'post',
      path: '/v1/datasets/{id}/versions/{version}/lift',
      summary: 'Lift the taint of a dataset version whose every item has consent again',
      roles: 'any',
      params: version,
      response,
      run: ({ actor, params }) =>
        transact.submit(actor, 'datasets:lift', { dataset: params.id, version: params.version }),
    }),
    api.json({
      method: 'post',
      path: '/v1/training/jobs/{id}/taint',
      summary: 'Taint a training job that rests on a tainted dataset version',
      roles: 'any',
      params: job,
      response,
      run: ({ actor, params }) => transact.submit(actor, 'training:taint', { job: params.id }),
    }),
    api.json({
      method: 'post',
      path: '/v1/training/jobs/{id}/lift',
      summary: 'Lift the taint of a training job whose datasets are clean again',
      roles: 'any',
      params: job,
      response,
      run: ({ actor, params }) => transact.submit(actor, 'training:lift', { job: params.id }),
    }),
    api.json({
      method: 'post',
      path: '/v1/models/{id}/versions/{version}/taint',
      summary: 'Taint a model version that rests on something tainted',
      roles: 'any',
      params: version,
      response,
      run: ({ actor, params }) => transact.submit(actor, 'models:taint', { model: params.id, version: params.version }),
    }),
    api.json({
      method: 'post',
      path: '/v1/models/{id}/versions/{version}/lift',
      summary: 'Lift the taint of a model version that rests on nothing tainted any more',
      roles: 'any',
      params: version,
      response,
      run: ({ actor, params }) => transact.submit(actor, 'models:lift', { model: params.id, version: params.version }),
    }),
  ];
}
