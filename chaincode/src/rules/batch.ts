import { BATCH_TIMEOUT_MS, canonicalJson, LlmchainError, type Batch, type Finding } from '@llmchain/protocol';

/**
 * That exactly as many members as the batch needs are named, each once, none of them its producer.
 * @returns their MSP ids, sorted
 * @throws {LlmchainError} `invalid_argument`
 */
export function demandVerifiers(batch: Pick<Batch, 'electorate' | 'needed'>, members: readonly string[]): string[] {
  const { electorate, needed } = batch;
  const named = [...new Set(members)].sort();
  if (named.length === members.length && named.length === needed && named.every((one) => electorate.includes(one)))
    return named;
  throw new LlmchainError('invalid_argument', `Name ${needed} different members of ${electorate.join(', ')}.`, {
    electorate,
    needed,
  });
}

/**
 * Whether the batch still waits for a decision. One that was decided just so returns false: repeating changes nothing.
 * @throws {LlmchainError} `wrong_state` when it was decided otherwise
 */
export function undecided(
  batch: Batch,
  decision:
    { state: 'accepted'; verifiers: string[] } | { state: 'rejected'; findings: Finding[] } | { state: 'expired' },
): boolean {
  if (batch.state === 'anchored') return true;
  if (canonicalJson({ ...batch, ...decision }) === canonicalJson(batch)) return false;
  throw new LlmchainError('wrong_state', `Batch ${batch.batch} is ${batch.state} already.`, {
    state: batch.state,
    verifiers: batch.verifiers,
    ...(batch.findings ? { findings: batch.findings } : {}),
  });
}

/** From when on a batch may be expired, milliseconds since the Unix epoch. */
export function deadlineOf(batch: Pick<Batch, 'anchored' | 'deadline'>): number {
  return batch.deadline ?? batch.anchored + BATCH_TIMEOUT_MS;
}

/** @throws {LlmchainError} `wrong_state` with `details.deadline` before the batch's time is over */
export function demandOverdue(batch: Batch, now: number): void {
  const deadline = deadlineOf(batch);
  if (now >= deadline) return;
  throw new LlmchainError(
    'wrong_state',
    `The members have ${Math.ceil((deadline - now) / 1000)} s more to verify batch ${batch.batch}. Try again then.`,
    { deadline },
  );
}
