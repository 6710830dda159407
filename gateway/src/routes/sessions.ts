import { BatchRef, Id, LlmchainError, Micro, Session } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { Sessions } from '../ports/sessions';
import type { FundSessions } from '../usecases/fund-sessions';
import type { Transact } from '../usecases/transact';
import { api, operation, place } from './common';

/** A session as this gateway's books have it, micro-credits. */
const Books = z.strictObject({
  session: Id,
  escrow: Micro,
  /** What answers have cost. */
  spent: Micro,
  /** Set aside for answers under way. */
  reserved: Micro,
  /** What can still be ordered for; nothing once it is closed. */
  available: Micro,
  closed: z.boolean(),
});

export function sessionRoutes(usecases: {
  fundSessions: FundSessions;
  sessions: Pick<Sessions, 'find'>;
  transact: Transact;
}): Route<Actor>[] {
  const { fundSessions, sessions, transact } = usecases;
  const params = z.strictObject({ id: Id });
  const response = Session.extend(place);
  return [
    api.json({
      method: 'post',
      path: '/v1/sessions',
      summary: 'Open a prepaid session for a key, paid by the member’s treasury',
      roles: ['admin'],
      status: 201,
      body: z.strictObject({ ...operation, key: Id, amount: Micro.min(1) }),
      response,
      run: ({ actor, body: { operationId, ...order } }) => fundSessions.open(actor, order, operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/sessions/{id}/top-up',
      summary: 'Put more credits into a session',
      roles: ['admin'],
      params,
      body: z.strictObject({ ...operation, amount: Micro.min(1) }),
      response,
      run: ({ actor, params: { id }, body }) => fundSessions.topUp(actor, id, body.amount, body.operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/sessions/{id}/close',
      summary: 'Close a session once its answers are anchored; what is left goes back to the treasury',
      roles: ['admin'],
      params,
      body: z.strictObject({ ...operation, abandon: z.boolean().optional() }).optional(),
      response,
      run: ({ actor, params: { id }, body }) =>
        fundSessions.close(actor, id, { abandon: body?.abandon ?? false, operationId: body?.operationId }),
    }),
    api.json({
      method: 'post',
      path: '/v1/sessions/{id}/reclaim',
      summary: 'Take back what rejected or expired batches had drawn; the gateway does so by itself',
      roles: ['admin'],
      params,
      body: z.strictObject({ ...operation, batches: z.array(BatchRef).min(1).max(200) }),
      response,
      run: ({ actor, params: { id }, body }) =>
        transact.submit(actor, 'inference:reclaim', { session: id, batches: body.batches }, body.operationId),
    }),
    api.json({
      method: 'get',
      path: '/v1/sessions/{id}/balance',
      summary: 'What a session of this member has left, to the answer; callers see their own',
      roles: ['admin', 'auditor', 'caller'],
      params,
      response: Books,
      run: async ({ actor, params: { id } }) => {
        const books = actor.role !== 'caller' || actor.session === id ? await sessions.find(id) : undefined;
        if (!books)
          throw new LlmchainError('not_found', `This member keeps no session ${id} of yours.`, { session: id });
        return { session: id, ...books, available: books.closed ? 0 : books.escrow - books.spent - books.reserved };
      },
    }),
  ];
}
