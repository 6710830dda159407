import { Account, Balance, Escrow, Id, Line, Micro, MspId, TRANSACTIONS, Version } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { Claim } from '../usecases/claim';
import type { Transact } from '../usecases/transact';
import { api, operation, OperationOnly, place } from './common';

/** Money: integer micro-credits. */
export function creditRoutes(usecases: { transact: Transact; claim: Claim }): Route<Actor>[] {
  const { transact, claim } = usecases;
  const roles = ['artist', 'admin'];
  const params = z.strictObject({ id: Id });
  const held = Escrow.extend(place);
  return [
    api.json({
      method: 'post',
      path: '/v1/transfers',
      summary: 'Pay from an own account to another',
      roles,
      status: 201,
      body: z.strictObject({ ...operation, from: Account, to: Account, amount: Micro.min(1) }),
      response: Balance.extend(place),
      run: ({ actor, body: { operationId, ...transfer } }) =>
        transact.submit(actor, 'credits:transfer', transfer, operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/accounts/{account}/compact',
      summary: 'Put payments that wait into the balance, so that they can be spent; the account lists them',
      roles,
      params: z.strictObject({ account: Account }),
      body: z.strictObject({ ...operation, deltas: TRANSACTIONS['credits:compact'].request.shape.deltas }),
      response: Balance.extend(place),
      run: ({ actor, params: { account }, body: { operationId, deltas } }) =>
        transact.submit(actor, 'credits:compact', { account, deltas }, operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/escrows',
      summary: 'Set money aside for another account, until it is released or given back',
      roles,
      status: 201,
      body: z.strictObject({
        ...operation,
        escrow: Id,
        payer: Account,
        payee: Account,
        amount: Micro.min(1),
        purpose: Line,
      }),
      response: held,
      run: ({ actor, body: { operationId, ...escrow } }) =>
        transact.submit(actor, 'credits:escrow', escrow, operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/escrows/{id}/release',
      summary: 'As the payer: let the payee have the money',
      roles,
      params,
      body: OperationOnly,
      response: held,
      run: ({ actor, params: { id }, body }) =>
        transact.submit(actor, 'credits:release', { escrow: id }, body?.operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/escrows/{id}/refund',
      summary: 'As the payee: give the money back',
      roles,
      params,
      body: OperationOnly,
      response: held,
      run: ({ actor, params: { id }, body }) =>
        transact.submit(actor, 'credits:refund', { escrow: id }, body?.operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/claims',
      summary:
        'Collect everything that a model version has earned for the holder’s account; repeating it pays nothing twice, and with its operation id collects no more',
      roles,
      body: z.strictObject({
        ...operation,
        payee: Account.optional(),
        model: Id,
        version: Version,
        producer: MspId.optional(),
      }),
      response: z.strictObject({
        payee: Account,
        claims: z.array(z.strictObject({ producer: MspId, upTo: z.number().int(), amount: Micro, ...place })),
        amount: Micro,
      }),
      run: ({ actor, body: { operationId, ...order } }) => claim.run(actor, order, operationId),
    }),
  ];
}
