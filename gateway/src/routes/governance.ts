import { Id, Motion, Proposal } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { Transact } from '../usecases/transact';
import { api, operation, place } from './common';

/** Votes of the members. */
export function governanceRoutes(usecases: { transact: Transact }): Route<Actor>[] {
  const { transact } = usecases;
  return [
    api.json({
      method: 'post',
      path: '/v1/proposals',
      summary: 'Put a motion to the vote of the members',
      roles: ['admin'],
      status: 201,
      body: z.strictObject({ ...operation, proposal: Id, motion: Motion }),
      response: Proposal.extend(place),
      run: ({ actor, body: { operationId, ...proposal } }) =>
        transact.submit(actor, 'members:propose', proposal, operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/proposals/{id}/votes',
      summary: 'Vote in the name of the member',
      roles: ['admin'],
      params: z.strictObject({ id: Id }),
      body: z.strictObject({ ...operation, approve: z.boolean() }),
      response: Proposal.extend(place),
      run: ({ actor, params, body }) =>
        transact.submit(actor, 'members:vote', { proposal: params.id, approve: body.approve }, body.operationId),
    }),
  ];
}
