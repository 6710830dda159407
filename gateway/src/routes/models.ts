import { AccessPolicy, Id, ModelAccess, ModelEntry, ModelFile, ModelVersion, oneLineage } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { Models } from '../usecases/models';
import type { RegisterModel } from '../usecases/register-model';
import type { Transact } from '../usecases/transact';
import { api, operation, OperationOnly, place, VersionInPath } from './common';

/** As OpenAI lists models; what the consortium knows of one is under `llmchain`. */
const ListedModel = z.strictObject({
  id: z.string(),
  object: z.literal('model'),
  /** Seconds since the Unix epoch; left out until the index has the registration. */
  created: z.number().int().optional(),
  owned_by: z.string(),
  llmchain: ModelVersion,
});

export function modelRoutes(usecases: {
  models: Models;
  registerModel: RegisterModel;
  transact: Transact;
}): Route<Actor>[] {
  const { models, registerModel, transact } = usecases;
  const version = z.strictObject({ id: Id, version: VersionInPath });
  return [
    api.json({
      method: 'post',
      path: '/v1/models',
      summary:
        'Register a model version whose files are in the member’s bucket: of a training job, with a royalty table that is worked out here, or `external`, with neither',
      roles: ['trainer'],
      status: 201,
      body: ModelEntry.omit({ royalty: true })
        .extend({
          ...operation,
          access: AccessPolicy.optional(),
          files: z
            .array(ModelFile.omit({ sealed: true }))
            .min(1)
            .max(100),
          /** Has the files sealed here: members get them as ciphertext, and workers of the pool the key. */
          seal: z.boolean().optional(),
        })
        .superRefine(oneLineage(['job', 'datasets'])),
      response: ModelVersion.extend(place),
      run: ({ actor, body: { operationId, ...entry } }) => registerModel.run(actor, entry, operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/models/{id}/versions/{version}/approve',
      summary: 'Approve a model version in the name of the member',
      roles: ['admin'],
      params: version,
      body: OperationOnly,
      response: ModelVersion.extend(place),
      run: ({ actor, params, body }) =>
        transact.submit(actor, 'models:approve', { model: params.id, version: params.version }, body?.operationId),
    }),
    api.json({
      method: 'put',
      path: '/v1/models/{id}/versions/{version}/access',
      summary: 'As the owner: set whose callers may call a model version from now on',
      roles: ['trainer', 'admin'],
      params: version,
      body: z.strictObject({ ...operation, policy: AccessPolicy }),
      response: ModelAccess.extend(place),
      run: ({ actor, params, body: { operationId, policy } }) =>
        transact.submit(actor, 'models:setAccess', { model: params.id, version: params.version, policy }, operationId),
    }),
    api.json({
      method: 'get',
      path: '/v1/models',
      summary: 'Every model version, in the shape of OpenAI’s list',
      roles: 'any',
      errors: 'openai',
      response: z.strictObject({ object: z.literal('list'), data: z.array(ListedModel) }),
      run: async () => ({
        object: 'list' as const,
        data: (await models.list()).map(({ model, created }) => ({
          id: `${model.model}@${model.version}`,
          object: 'model' as const,
          ...(created === undefined ? {} : { created }),
          owned_by: model.owner.member,
          llmchain: model,
        })),
      }),
    }),
  ];
}
