import { Id, Micro, MspId } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import { Role, type Actor } from '../ports/actor';
import type { ApiKeys, ListedKey } from '../ports/api-keys';
import type { CreateKey } from '../usecases/create-key';
import type { RevokeKey } from '../usecases/revoke-key';
import type { WhoAmI } from '../usecases/who-am-i';
import { api, operation, pageOf } from './common';

/** An API key without its secret; `created` in milliseconds since the Unix epoch. */
const Key = z.strictObject({ id: Id, role: Role, name: Id, session: Id.optional(), created: z.number().int() });

function shown({ key: id, ...rest }: ListedKey): z.output<typeof Key> {
  return { id, ...rest };
}

export function keyRoutes(usecases: {
  createKey: CreateKey;
  revokeKey: RevokeKey;
  whoAmI: WhoAmI;
  keys: Pick<ApiKeys, 'list'>;
}): Route<Actor>[] {
  const { createKey, revokeKey, whoAmI, keys } = usecases;
  return [
    api.json({
      method: 'post',
      path: '/v1/keys',
      summary:
        'Make an API key and an identity for its holder; with credits, a prepaid session too. Repeated with its operation id it gives the same key a new secret, until the key is used',
      roles: ['admin'],
      status: 201,
      body: z.strictObject({ ...operation, role: Role, name: Id, credits: Micro.min(1).optional() }),
      response: z.strictObject({ id: Id, key: z.string(), session: Id.optional() }),
      run: ({ actor, body: { operationId, ...order } }) => createKey.run(actor, order, operationId),
    }),
    api.json({
      method: 'get',
      path: '/v1/whoami',
      summary: 'Whose key this is, and whom the ledger takes its holder for',
      roles: 'any',
      response: z.strictObject({
        key: Id,
        name: Id,
        session: Id.optional(),
        member: MspId,
        role: z.string().nullable(),
        person: Id.nullable(),
        endorser: MspId,
      }),
      run: ({ actor }) => whoAmI.run(actor),
    }),
    api.json({
      method: 'get',
      path: '/v1/keys',
      summary: 'The member’s API keys, without their secrets, page by page',
      roles: ['admin'],
      query: z.strictObject({ limit: z.coerce.number().int().min(1).max(500).default(100), after: Id.optional() }),
      response: pageOf(Key),
      run: async ({ query: { limit, after } }) => {
        const data = (await keys.list(limit, after)).map(shown);
        const last = data.at(-1);
        return data.length === limit && last ? { data, after: last.id } : { data };
      },
    }),
    api.json({
      method: 'delete',
      path: '/v1/keys/{id}',
      summary:
        'Take a key back and revoke its certificate, which peers refuse once "llmchain key revoke" or "llmchain up" has run; its session stays until it is closed',
      roles: ['admin'],
      params: z.strictObject({ id: Id }),
      response: Key,
      run: async ({ params: { id } }) => shown(await revokeKey.run(id)),
    }),
  ];
}
