import { setTimeout as delay } from 'node:timers/promises';
import type { StakeTerms } from '@llmchain/protocol';
import { decide } from './decide';
import type { MemberAccess } from './members';
import { gathered } from './pages';

/**
 * What the sample's members agree on: a fault costs 10 credits beside the refund, of which the finders get half, and a stake
 * stays an hour where it can be slashed. Nobody is kept from serving for want of one, so that members may add workers at will.
 */
const STAKE_TERMS: StakeTerms = { minimum: 0, unbondingMs: 3_600_000, slash: 10_000_000, finders: 5_000 };

/** What each member puts at stake for each of its workers: 100 credits, in micro-credits. */
const AT_STAKE = 100_000_000;

/** How long a worker that has just been started takes at most to register its key, milliseconds. */
const PATIENCE = 15_000;

/** Lets the members agree on stakes and put them up for their workers, or finds that done. */
export async function putUpStakes(members: readonly MemberAccess[], signal: AbortSignal): Promise<void> {
  const [first] = members as [MemberAccess, ...MemberAccess[]];
  const { stake } = await first.admin.call('GET /v1/consortium', {});
  if (!stake) await decide(members, 'stakes', { kind: 'policy', terms: { stake: STAKE_TERMS } });
  for (const member of members) {
    const { admin } = member;
    const { data: stakes } = await gathered(10_000, (limit, after) =>
      admin.call('GET /v1/stakes', { query: { limit, after } }),
    );
    const known = new Set(stakes.map(({ worker }) => worker));
    for (const worker of await workersOf(member, signal))
      if (!known.has(worker))
        await admin.call('POST /v1/stakes/{id}', {
          params: { id: worker },
          body: { operationId: `stake:${worker}`, amount: AT_STAKE },
        });
  }
}

/** The member's workers that have registered their keys: all of them, or those that have where that takes too long. */
async function workersOf({ admin, mspId, workers: expected }: MemberAccess, signal: AbortSignal): Promise<string[]> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    const { data } = await gathered(10_000, (limit, after) =>
      admin.call('GET /v1/signers', { query: { limit, after } }),
    );
    const workers = data
      .filter(({ kind, owner }) => kind === 'worker' && owner.member === mspId)
      .map(({ signer }) => signer);
    const complete = expected.every((worker) => workers.includes(worker));
    if (complete || performance.now() > end || signal.aborted) return workers;
    await delay(250);
  }
}
