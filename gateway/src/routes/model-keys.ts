import { Hex32, Id, ModelKey, MspId, WrappingKey } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { GiveModelKeys } from '../usecases/give-model-keys';
import type { Transact } from '../usecases/transact';
import { api, place, VersionInPath } from './common';

/** Who has the keys of sealed models; gateways and workers do all of it by themselves but for taking back. */
export function modelKeyRoutes(usecases: { giveModelKeys: GiveModelKeys; transact: Transact }): Route<Actor>[] {
  const { giveModelKeys, transact } = usecases;
  const holder = z.strictObject({ id: Id, version: VersionInPath, member: MspId, worker: Id });
  return [
    api.json({
      method: 'put',
      path: '/v1/wrapping-keys/{worker}',
      summary: 'Set the X25519 key of a worker of this member, to which keys of sealed models are wrapped',
      roles: ['operator', 'admin'],
      params: z.strictObject({ worker: Id }),
      body: z.strictObject({ publicKey: Hex32 }),
      response: WrappingKey.extend(place),
      run: ({ actor, params: { worker }, body: { publicKey } }) =>
        transact.submit(actor, 'members:setWrappingKey', { worker, publicKey }),
    }),
    api.json({
      method: 'post',
      path: '/v1/wrapping-keys/{worker}/revoke',
      summary: 'Revoke the wrapping key of a worker of this member: nothing is wrapped to it any more',
      roles: ['operator', 'admin'],
      params: z.strictObject({ worker: Id }),
      response: WrappingKey.extend(place),
      run: ({ actor, params }) => transact.submit(actor, 'members:revokeWrappingKey', params),
    }),
    api.json({
      method: 'post',
      path: '/v1/models/{id}/versions/{version}/keys/{member}/{worker}/give',
      summary: 'As the owner: give a worker the key of a sealed version, also where it was withdrawn',
      roles: ['trainer', 'admin'],
      params: holder,
      response: ModelKey.extend(place),
      run: ({ actor, params: { id, version, member, worker } }) =>
        giveModelKeys.give(actor, { model: id, version }, { member, worker }),
    }),
    api.json({
      method: 'post',
      path: '/v1/models/{id}/versions/{version}/keys/{member}/{worker}/withdraw',
      summary:
        'As the owner: give a worker the key of a sealed version no more; what it has opened cannot be taken back',
      roles: ['trainer', 'admin'],
      params: holder,
      response: ModelKey.extend(place),
      run: ({ actor, params: { id, version, member, worker } }) =>
        transact.submit(actor, 'models:withdrawKey', { model: id, version, member, worker }),
    }),
  ];
}
