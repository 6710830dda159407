import { Id, Micro, MspId, Reputation, Stake } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { Stakes } from '../usecases/stakes';
import type { Transact } from '../usecases/transact';
import { api, operation, OperationOnly, place, SequenceInPath } from './common';

/** What members put at stake for their workers, and how the ledger counts what they did. */
export function stakeRoutes(usecases: { stakes: Stakes; transact: Transact }): Route<Actor>[] {
  const { stakes, transact } = usecases;
  const params = z.strictObject({ id: Id });
  const body = z.strictObject({ ...operation, amount: Micro.min(1) });
  return [
    api.json({
      method: 'post',
      path: '/v1/stakes/{id}',
      summary: 'Put money of the member’s treasury at stake for the answers of one of its workers',
      roles: ['admin'],
      params,
      body,
      response: Stake.extend(place),
      run: ({ actor, params: { id }, body: { operationId, amount } }) =>
        transact.submit(actor, 'inference:stake', { worker: id, amount }, operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/stakes/{id}/announce',
      summary: 'Give notice of a withdrawal: what is to be withdrawn vouches for nothing new, and can still be slashed',
      roles: ['admin'],
      params,
      body,
      response: Stake.extend(place),
      run: ({ actor, params: { id }, body: { operationId, amount } }) =>
        stakes.announce(actor, { worker: id, amount }, operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/stakes/{id}/withdraw',
      summary: 'Take back what was announced, when its time has come and every batch that it vouched for is decided',
      roles: ['admin'],
      params,
      body: OperationOnly,
      response: Stake.extend(place),
      run: ({ actor, params: { id }, body }) => stakes.withdraw(actor, id, body?.operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/batches/{producer}/{sequence}/tally',
      summary: 'Count a producer’s decided batches up to this one; gateways do so by themselves',
      roles: 'any',
      params: z.strictObject({ producer: MspId, sequence: SequenceInPath }),
      response: Reputation.extend(place),
      run: ({ actor, params: reference }) => transact.submit(actor, 'inference:tally', reference),
    }),
  ];
}
