import {
  accountOwner,
  LlmchainError,
  sameOwner,
  type Dispute,
  type Motion,
  type Owner,
  type Work,
} from '@llmchain/protocol';
import { handedOver } from './work';

/** Disputes that may be open over one work. */
const MOST = 20;

type Settlement = Extract<Motion, { kind: 'settleDispute' }>;

/** The work with one more dispute over it. @throws {LlmchainError} `invalid_argument` | `wrong_state` | `too_large` */
export function disputed(work: Work, dispute: string, claimant: Owner): Work {
  if (sameOwner(work.owner, claimant))
    throw new LlmchainError('invalid_argument', 'You own this work. Withdraw it instead of disputing it.', {
      work: work.sha256,
    });
  if (work.state === 'withdrawn')
    throw new LlmchainError('wrong_state', 'This work was withdrawn already.', { work: work.sha256 });
  if (work.disputes.length >= MOST)
    throw new LlmchainError('too_large', `There are ${MOST} disputes over this work already. Wait for their outcome.`, {
      work: work.sha256,
    });
  return { ...work, disputes: [...work.disputes, dispute] };
}

/** @throws {LlmchainError} `wrong_state` unless the dispute is open */
export function demandOpen(dispute: Dispute): void {
  if (dispute.state === 'open') return;
  throw new LlmchainError('wrong_state', `Dispute ${dispute.dispute} is ${dispute.state} already.`, {
    state: dispute.state,
  });
}

/** The work with the dispute gone and nothing else changed. */
export function undisputed(work: Work, dispute: string): Work {
  return { ...work, disputes: work.disputes.filter((each) => each !== dispute) };
}

/**
 * The work after the members decided: an upheld dispute gives it to the claimant with everything it earns from now on, or
 * withdraws it; a dismissed one leaves it as it was.
 * @throws {LlmchainError} `invalid_argument` unless there is a remedy just when it is upheld, and it favours the claimant
 */
export function settled(work: Work, dispute: Dispute, { outcome, remedy }: Settlement): Work {
  if ((outcome === 'upheld') !== (remedy !== undefined))
    throw new LlmchainError(
      'invalid_argument',
      outcome === 'upheld' ? 'Say in `remedy` what becomes of the work.' : 'A dismissed dispute has no remedy.',
      {
        issues: [{ pointer: '/motion/remedy', message: outcome === 'upheld' ? 'must be there' : 'must not be there' }],
      },
    );
  const next = undisputed(work, dispute.dispute);
  if (!remedy) return next;
  if (remedy.kind === 'withdraw') return { ...next, state: 'withdrawn' };
  const owner = accountOwner(remedy.to);
  if (owner.member !== dispute.owner.member)
    throw new LlmchainError(
      'invalid_argument',
      `The work can go to the claimant's member ${dispute.owner.member} alone.`,
      {
        issues: [{ pointer: '/motion/remedy/to', message: `must be an account of ${dispute.owner.member}` }],
      },
    );
  return { ...handedOver(next, owner), shares: [{ holder: remedy.to, share: 10_000 }] };
}
