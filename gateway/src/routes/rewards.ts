import { Account, Id, Reward, RewardClaim } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { RewardContributors } from '../usecases/reward-contributors';
import type { Transact } from '../usecases/transact';
import { api, operation, OperationOnly, place, VersionInPath } from './common';

const { reward, amount, until } = Reward.shape;

/** Money for those whose works a dataset version holds, by the tokens that each contributed. */
export function rewardRoutes(usecases: { rewardContributors: RewardContributors; transact: Transact }): Route<Actor>[] {
  const { rewardContributors, transact } = usecases;
  const roles = ['artist', 'admin'];
  const params = z.strictObject({ id: Id });
  return [
    api.json({
      method: 'post',
      path: '/v1/datasets/{id}/versions/{version}/rewards',
      summary: 'Set money aside for those whose works a version holds; what nobody claims until then can be taken back',
      roles,
      status: 201,
      params: params.extend({ version: VersionInPath }),
      body: z.strictObject({ ...operation, reward, payer: Account.optional(), amount, until }),
      response: Reward.extend(place),
      run: ({ actor, params: { id, version }, body: { operationId, ...order } }) =>
        rewardContributors.fund(actor, { dataset: id, version, ...order }, operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/rewards/{id}/claim',
      summary: 'Collect the part of a reward that an own account has, once',
      roles,
      params,
      body: z.strictObject({ ...operation, payee: Account.optional() }).optional(),
      response: RewardClaim.extend(place),
      run: ({ actor, params: { id }, body }) =>
        rewardContributors.claim(actor, { reward: id, payee: body?.payee }, body?.operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/rewards/{id}/recover',
      summary: 'As the payer, after the deadline: take back what nobody has claimed',
      roles,
      params,
      body: OperationOnly,
      response: Reward.extend(place),
      run: ({ actor, params: { id }, body }) =>
        transact.submit(actor, 'credits:recoverReward', { reward: id }, body?.operationId),
    }),
  ];
}
