import { Id, Micro } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import { Role, type Actor } from '../ports/actor';
import type { CreateKey } from '../usecases/create-key';
import { api } from './common';

export function keyRoutes(usecases: { createKey: CreateKey }): Route<Actor>[] {
  return [
    api.json({
      method: 'post',
      path: '/v1/keys',
      summary: 'Make an API key and an identity for its holder; with credits, a prepaid session too',
      roles: ['admin'],
      status: 201,
      body: z.strictObject({ role: Role, name: Id, credits: Micro.min(1).optional() }),
      response: z.strictObject({ id: Id, key: z.string(), session: Id.optional() }),
      run: ({ actor, body }) => usecases.createKey.run(actor, body),
    }),
  ];
}
