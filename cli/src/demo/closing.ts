import { join } from 'node:path';
import { verifyEvidence } from '@llmchain/evidence';
import { LlmchainError } from '@llmchain/protocol';
import type { MemberApi } from '../api/member-api';
import { readRoots } from '../commands/verify';
import type { MemberAccess } from '../consortium/members';

/**
 * Takes the evidence of an answer from the gateway and checks it with the members' roots alone.
 * @returns how many steps it proved
 * @throws {LlmchainError} `digest_mismatch` naming the step that failed
 */
export async function provenOffline(home: string, caller: MemberApi, receipt: string): Promise<number> {
  const bundle = await caller.text('GET /v1/receipts/{id}/evidence', { params: { id: receipt } });
  const { ok, steps } = verifyEvidence(bundle, await readRoots(join(home, 'roots')), { at: Date.now() });
  const failed = steps.find((step) => !step.ok);
  if (ok && !failed) return steps.length;
  throw new LlmchainError('digest_mismatch', `The evidence fails at "${failed?.name ?? ''}": ${failed?.detail ?? ''}.`);
}

/** Closes a caller's session: what was not spent goes back to the member's treasury. */
export async function closeSession(member: MemberAccess, session: string): Promise<void> {
  const { state } = await member.admin.call('POST /v1/sessions/{id}/close', { params: { id: session }, body: {} });
  if (state !== 'closed') throw new LlmchainError('wrong_state', `The session is ${state}.`, { session });
}
