import { expect } from '@jest/globals';
import { LlmchainError } from '@llmchain/protocol';
import type { MemberApi } from '../api/member-api';
import { changeModelKey, modelKeys } from './model-keys';

const VERSION = { model: 'diagnosis', version: 1 };
const GET = 'GET /v1/models/{id}/versions/{version}';
const KEYS = `${GET}/keys`;
const SIGNER = 'GET /v1/signers/{id}';
const HOLDER = '/v1/models/{id}/versions/{version}/keys/{member}/{worker}';

interface Called {
  operation: string;
  request: { params?: object; query?: { after?: string } };
}

/** A gateway that answers with what it was told, one page after the other, and remembers what it was asked. */
function gateway(answers: Readonly<Record<string, unknown>>): { api: Pick<MemberApi, 'call'>; called: Called[] } {
  const called: Called[] = [];
  const call = (operation: string, request: Called['request']): Promise<unknown> => {
    called.push({ operation, request });
    const answer = answers[operation];
    if (answer === undefined) return Promise.reject(new LlmchainError('not_found', 'It is not there.'));
    return Promise.resolve(Array.isArray(answer) ? (answer as unknown[])[Number(request.query?.after ?? 0)] : answer);
  };
  return { api: { call: call as MemberApi['call'] }, called };
}

const sealed = { files: [{ path: 'onnx/model.onnx', sealed: { bytes: 1 } }] };

test('all pages of keys are listed', async () => {
  const pages = [
    { data: [{ worker: 'a', state: 'given' }], after: '1' },
    { data: [{ worker: 'b', state: 'withdrawn' }] },
  ];
  const { api } = gateway({ [GET]: sealed, [KEYS]: pages });
  expect((await modelKeys(api, VERSION)).map(({ worker }) => worker)).toEqual(['a', 'b']);
});

test.each(['give', 'withdraw'] as const)('to %s, the worker’s member is found on the ledger', async (change) => {
  const answers = {
    ...{ [GET]: sealed, [SIGNER]: { kind: 'worker', owner: { member: 'GuildMSP' } } },
    [`POST ${HOLDER}/${change}`]: { state: change, block: 7 },
  };
  const { api, called } = gateway(answers);
  expect(await changeModelKey(api, change, VERSION, 'guild-worker-1')).toMatchObject({ state: change, block: 7 });
  expect(called.at(-1)).toEqual({
    operation: `POST ${HOLDER}/${change}`,
    request: { params: { id: 'diagnosis', version: 1, member: 'GuildMSP', worker: 'guild-worker-1' } },
  });
});

test('nothing is changed for a version that is not sealed or not there, or for what is no worker', async () => {
  const plain = gateway({ [GET]: { files: [{ path: 'onnx/model.onnx' }] } });
  await expect(modelKeys(plain.api, VERSION)).rejects.toThrowWithCode('wrong_state', VERSION);
  await expect(changeModelKey(plain.api, 'give', VERSION, 'guild-worker-1')).rejects.toThrowWithCode('wrong_state');
  await expect(modelKeys(gateway({}).api, VERSION)).rejects.toThrowWithCode('not_found');
  const nobody = gateway({ [GET]: sealed });
  await expect(changeModelKey(nobody.api, 'give', VERSION, 'x')).rejects.toThrowWithCode('not_found');
  const other = gateway({ [GET]: sealed, [SIGNER]: { kind: 'gateway', owner: { member: 'GuildMSP' } } });
  await expect(changeModelKey(other.api, 'give', VERSION, 'guild-gateway')).rejects.toThrowWithCode('not_found');
  for (const { called } of [plain, nobody, other])
    expect(called.every(({ operation }) => operation.startsWith('GET'))).toBe(true);
});
