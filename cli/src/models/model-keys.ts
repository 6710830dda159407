import type { Answer } from '@llmchain/gateway-client';
import { LlmchainError, type ModelRef } from '@llmchain/protocol';
import type { MemberApi } from '../api/member-api';
import { gathered } from '../consortium/pages';

type Api = Pick<MemberApi, 'call'>;

const KEYS = 'GET /v1/models/{id}/versions/{version}/keys';
export type ListedKey = Answer<typeof KEYS>['data'][number];
export type ChangedKey = Answer<'POST /v1/models/{id}/versions/{version}/keys/{member}/{worker}/give'>;

/**
 * The workers that were given the key of a sealed version, and those from which it was withdrawn.
 * @throws {LlmchainError} `not_found` for no such version, `wrong_state` for one that is not sealed
 */
export async function modelKeys(api: Api, { model, version }: ModelRef): Promise<ListedKey[]> {
  const params = { id: model, version };
  await demandSealed(api, { model, version });
  const { data } = await gathered(10_000, (limit, after) => api.call(KEYS, { params, query: { limit, after } }));
  return data;
}

/**
 * Gives a worker the key of a sealed version, or no more.
 * @param change whose worker it is, the ledger says
 * @throws {LlmchainError} `not_found` for a worker that is none, and what the ledger says
 */
export async function changeModelKey(
  api: Api,
  change: 'give' | 'withdraw',
  { model, version }: ModelRef,
  worker: string,
): Promise<ChangedKey> {
  await demandSealed(api, { model, version });
  const { kind, owner } = await api.call('GET /v1/signers/{id}', { params: { id: worker } });
  if (kind !== 'worker')
    throw new LlmchainError('not_found', `${worker} is a ${kind}, and keys of models are given to workers.`, {
      worker,
    });
  const params = { id: model, version, member: owner.member, worker };
  return api.call(`POST /v1/models/{id}/versions/{version}/keys/{member}/{worker}/${change}`, { params });
}

async function demandSealed(api: Api, { model, version }: ModelRef): Promise<void> {
  const params = { id: model, version };
  const { files } = await api.call('GET /v1/models/{id}/versions/{version}', { params });
  if (files.some(({ sealed }) => sealed !== undefined)) return;
  throw new LlmchainError(
    'wrong_state',
    `${model}@${version} is not sealed: its files lie open to members, and there is no key.`,
    { model, version },
  );
}
