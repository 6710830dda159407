import { Account, Id, Micro, Motion, MspId, Proposal, TRANSACTIONS, Version } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { Claim } from '../usecases/claim';
import type { Transact } from '../usecases/transact';
import { api, operation, place } from './common';

/** Votes of the members, and money that follows lineage. */
export function governanceRoutes(usecases: { transact: Transact; claim: Claim }): Route<Actor>[] {
  const { transact, claim } = usecases;
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
    api.json({
      method: 'get',
      path: '/v1/proposals/{id}',
      summary: 'One proposal and its votes',
      roles: 'any',
      params: z.strictObject({ id: Id }),
      response: Proposal,
      run: ({ params }) => transact.read('proposal', params.id),
    }),
    api.json({
      method: 'get',
      path: '/v1/accounts/{account}',
      summary: 'What an account has to spend, and what waits to be compacted',
      roles: 'any',
      params: z.strictObject({ account: Account }),
      response: TRANSACTIONS['credits:account'].result,
      run: ({ params }) => transact.account(params.account),
    }),
    api.json({
      method: 'post',
      path: '/v1/claims',
      summary: 'Collect everything that a model version has earned for the holder’s account',
      roles: ['artist', 'admin'],
      body: z.strictObject({ payee: Account.optional(), model: Id, version: Version, producer: MspId.optional() }),
      response: z.strictObject({
        payee: Account,
        claims: z.array(z.strictObject({ producer: MspId, upTo: z.number().int(), amount: Micro, ...place })),
        amount: Micro,
      }),
      run: ({ actor, body }) => claim.run(actor, body),
    }),
  ];
}
