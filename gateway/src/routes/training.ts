import { Id, JobPlan, JobResult, TrainingJob } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { Transact } from '../usecases/transact';
import { api, operation, place } from './common';

export function trainingRoutes(usecases: { transact: Transact }): Route<Actor>[] {
  const { transact } = usecases;
  return [
    api.json({
      method: 'post',
      path: '/v1/training/jobs',
      summary: 'Say what is going to be trained, before it is',
      roles: ['trainer'],
      status: 201,
      body: JobPlan.extend(operation),
      response: TrainingJob.extend(place),
      run: ({ actor, body: { operationId, ...plan } }) => transact.submit(actor, 'training:open', plan, operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/training/jobs/{id}/complete',
      summary: 'Say what came of a training job',
      roles: ['trainer'],
      params: z.strictObject({ id: Id }),
      body: z.strictObject({ ...operation, result: JobResult }),
      response: TrainingJob.extend(place),
      run: ({ actor, params, body }) =>
        transact.submit(actor, 'training:complete', { job: params.id, result: body.result }, body.operationId),
    }),
  ];
}
