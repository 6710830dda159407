import { Dispute, DisputeEntry, Id } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { Transact } from '../usecases/transact';
import { api, operation, OperationOnly, place } from './common';

const ROLES = ['artist', 'steward', 'admin'] as const;

/** Claims against a work's registration; the members decide them by a motion of the kind `settleDispute`. */
export function disputeRoutes(usecases: { transact: Transact }): Route<Actor>[] {
  const { transact } = usecases;
  return [
    api.json({
      method: 'post',
      path: '/v1/disputes',
      summary: 'Dispute a work: until the members decide, nobody may rely on it',
      roles: ROLES,
      status: 201,
      body: DisputeEntry.extend(operation),
      response: Dispute.extend(place),
      run: ({ actor, body: { operationId, ...dispute } }) =>
        transact.submit(actor, 'artworks:openDispute', dispute, operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/disputes/{id}/drop',
      summary: 'Drop a dispute, by whoever opened it',
      roles: ROLES,
      params: z.strictObject({ id: Id }),
      body: OperationOnly,
      response: Dispute.extend(place),
      run: ({ actor, params: { id }, body }) =>
        transact.submit(actor, 'artworks:dropDispute', { dispute: id }, body?.operationId),
    }),
  ];
}
