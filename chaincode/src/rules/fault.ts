import {
  canonicalJson,
  LlmchainError,
  OF_BATCHES,
  OF_SERVING,
  receiptId,
  splitByLargestRemainder,
  verifyInclusion,
  type Batch,
  type Charter,
  type FaultEntry,
  type RejectReason,
  type SignedReceipt,
  type StakeTerms,
} from '@llmchain/protocol';
import { electorateOf } from './batch';
import { majority } from './vote';

/**
 * That a batch can have such a fault now. What a worker signed is false for good, whatever became of the batch. An opening that
 * is not served, or does not open the receipt, is a fault only where the batch was rejected and the producer has not mended
 * it until the batch's time is over; of an accepted batch the producer need not keep openings for ever.
 * @throws {LlmchainError} `wrong_state` with `details.due` where it may be one later | `invalid_argument`
 */
export function demandLasting(batch: Batch, reason: RejectReason, now: number): 'accepted' | 'rejected' {
  const { state } = batch;
  if (OF_BATCHES.has(reason))
    throw new LlmchainError('invalid_argument', `${reason} is said of a batch, not of a receipt.`, { reason });
  if (state !== 'accepted' && state !== 'rejected')
    throw new LlmchainError('wrong_state', `Batch ${batch.batch} is ${state}: its members have not decided on it.`, {
      state,
    });
  if (!OF_SERVING.has(reason)) return state;
  if (state === 'accepted')
    throw new LlmchainError(
      'wrong_state',
      `Batch ${batch.batch} was accepted: only what its worker signed can still be at fault.`,
      { state, reason },
    );
  const { deadline: due } = batch;
  if (now >= due) return state;
  throw new LlmchainError(
    'wrong_state',
    `The producer has ${Math.ceil((due - now) / 1000)} s more to serve what opens the receipt. Report it then.`,
    { due, reason },
  );
}

/** That the receipt stands in the batch. @returns its id @throws {LlmchainError} `digest_mismatch` */
export function demandIncluded(batch: Batch, receipt: SignedReceipt, proof: FaultEntry['proof']): string {
  if (proof.count === batch.count && verifyInclusion(canonicalJson(receipt), proof, batch.root))
    return receiptId(receipt.body);
  throw new LlmchainError(
    'digest_mismatch',
    `The proof does not lead from the receipt to the root of ${batch.batch}.`,
    {
      root: batch.root,
    },
  );
}

/**
 * That those are named who endorse it, and nobody else: as many rivals of the producer as are a majority of the members, for a
 * fault changes more than the keys of its batch.
 * @returns their MSP ids, sorted
 * @throws {LlmchainError} `invalid_argument`
 */
export function demandFinders(
  batch: Batch,
  finders: readonly string[],
  { members }: Pick<Charter, 'members'>,
): string[] {
  const rivals = electorateOf(batch.producer, members);
  const needed = majority(members.length);
  const named = [...new Set(finders)].sort();
  if (named.length === finders.length && named.length === needed && named.every((one) => rivals.includes(one)))
    return named;
  throw new LlmchainError('invalid_argument', `Name ${needed} different members of ${rivals.join(', ')}.`, {
    rivals,
    needed,
  });
}

/** What a fault takes from a stake, and who gets it; all of it, to the last micro-credit. */
export interface Penalty {
  refund: number;
  finders: { member: string; amount: number }[];
  consortium: number;
}

/**
 * First the caller's refund, then the slash, as far as the stake goes.
 * @param paid what the receipt cost its session and has not come back, micro-credits
 */
export function penalty(
  stake: number,
  paid: number,
  { slash, finders }: Pick<StakeTerms, 'slash' | 'finders'>,
  found: readonly string[],
): Penalty {
  const refund = Math.min(stake, paid);
  const rest = Math.min(stake - refund, slash);
  const [theirs, consortium] = splitByLargestRemainder(rest, [finders, 10_000 - finders]) as [number, number];
  const parts = splitByLargestRemainder(
    theirs,
    found.map(() => 1),
  );
  return { refund, finders: found.map((member, index) => ({ member, amount: parts[index]! })), consortium };
}
