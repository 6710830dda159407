import { Batch, Hex32, Id, MspId, Signer } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { ExpireBatch } from '../usecases/expire-batch';
import type { RotateBatch } from '../usecases/rotate-batch';
import type { Transact } from '../usecases/transact';
import { api, SequenceInPath, operation, place } from './common';

/** What people may do about batches and the keys that sign them; all else the gateways do by themselves. */
export function batchRoutes(usecases: {
  expireBatch: ExpireBatch;
  rotateBatch: RotateBatch;
  transact: Transact;
}): Route<Actor>[] {
  const { expireBatch, rotateBatch, transact } = usecases;
  const params = z.strictObject({ producer: MspId, sequence: SequenceInPath });
  return [
    api.json({
      method: 'post',
      path: '/v1/batches/{producer}/{sequence}/expire',
      summary: 'End a batch that the members did not verify in time; its sessions get their credits back',
      roles: 'any',
      params,
      response: Batch.extend(place),
      run: (call) => expireBatch.run(call.actor, call.params),
    }),
    api.json({
      method: 'post',
      path: '/v1/batches/{producer}/{sequence}/rotate',
      summary: 'After a member has left: let the members of now decide on an open batch; gateways do so by themselves',
      roles: 'any',
      params,
      response: Batch.extend(place),
      run: (call) => rotateBatch.run(call.actor, call.params),
    }),
    api.json({
      method: 'post',
      path: '/v1/signers',
      summary: 'Register the Ed25519 key of a worker or a gateway of this member',
      roles: ['operator', 'admin'],
      status: 201,
      body: z.strictObject({ ...operation, signer: Id, kind: z.enum(['gateway', 'worker']), publicKey: Hex32 }),
      response: Signer.extend(place),
      run: ({ actor, body: { operationId, ...signer } }) =>
        transact.submit(actor, 'members:registerSigner', signer, operationId),
    }),
  ];
}
