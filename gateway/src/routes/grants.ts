import { Grant, GrantEntry, Id } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { Transact } from '../usecases/transact';
import { api, operation, OperationOnly, place } from './common';

/** Who may decide on what is asked of their own: stewards over what the member holds, artists over their works. */
const DECIDERS = ['artist', 'steward', 'admin'] as const;

/** Leave to read works and dataset versions of other members. */
export function grantRoutes(usecases: { transact: Transact }): Route<Actor>[] {
  const { transact } = usecases;
  const params = z.strictObject({ id: Id });
  const response = Grant.extend(place);
  return [
    api.json({
      method: 'post',
      path: '/v1/grants',
      summary: 'Ask the owner of a work or of a dataset version for leave to read it',
      roles: ['steward', 'trainer', 'admin'],
      status: 201,
      body: GrantEntry.extend(operation),
      response,
      run: ({ actor, body: { operationId, ...entry } }) => transact.submit(actor, 'access:request', entry, operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/grants/{id}/decide',
      summary: 'Give leave to read, perhaps for a shorter time than was asked, or deny it',
      roles: DECIDERS,
      params,
      body: z.strictObject({ ...operation, approve: z.boolean(), until: Grant.shape.until.optional() }),
      response,
      run: ({ actor, params: { id }, body: { operationId, ...decision } }) =>
        transact.submit(actor, 'access:decide', { grant: id, ...decision }, operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/grants/{id}/revoke',
      summary: 'Take a grant back: from then on nothing is read under it',
      roles: DECIDERS,
      params,
      body: OperationOnly,
      response,
      run: ({ actor, params: { id }, body }) =>
        transact.submit(actor, 'access:revoke', { grant: id }, body?.operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/grants/{id}/expire',
      summary: 'Record that the time of a grant is over',
      roles: 'any',
      params,
      response,
      run: ({ actor, params: { id } }) => transact.submit(actor, 'access:expire', { grant: id }),
    }),
  ];
}
