import { DatasetPage, Digest, Id, Taint } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { Transact } from '../usecases/transact';
import { api, place, VersionInPath } from './common';

const job = z.strictObject({ id: Id });
const version = z.strictObject({ id: Id, version: VersionInPath });
const response = Taint.extend(place);

/** Taint on the ledger, one edge at a time. Gateways record it of themselves; anyone may be quicker. */
export function taintRoutes(usecases: { transact: Transact }): Route<Actor>[] {
  const { transact } = usecases;
  return [
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
