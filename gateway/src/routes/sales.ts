import { Account, Id, Sale, SaleEntry } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { Transact } from '../usecases/transact';
import { api, HOLDERS, operation, OperationOnly, place } from './common';

/** Works and shares in them, delivered against payment. */
export function saleRoutes(usecases: { transact: Transact }): Route<Actor>[] {
  const { transact } = usecases;
  const params = z.strictObject({ id: Id });
  return [
    api.json({
      method: 'post',
      path: '/v1/sales',
      summary: 'Offer a share of what a work earns, its ownership, or both for sale',
      roles: HOLDERS,
      status: 201,
      body: SaleEntry.extend(operation),
      response: Sale.extend(place),
      run: ({ actor, body: { operationId, ...sale } }) =>
        transact.submit(actor, 'artworks:offerSale', sale, operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/sales/{id}/buy',
      summary: 'Buy: the price leaves the account as shares and ownership go over, both or neither',
      roles: HOLDERS,
      params,
      body: z.strictObject({ ...operation, account: Account }),
      response: Sale.extend(place),
      run: ({ actor, params: { id }, body }) =>
        transact.submit(actor, 'artworks:buy', { sale: id, account: body.account }, body.operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/sales/{id}/withdraw',
      summary: 'Take an offer back that nobody has taken up',
      roles: HOLDERS,
      params,
      body: OperationOnly,
      response: Sale.extend(place),
      run: ({ actor, params: { id }, body }) =>
        transact.submit(actor, 'artworks:withdrawSale', { sale: id }, body?.operationId),
    }),
  ];
}
