import {
  calledUpon,
  callEnds,
  LlmchainError,
  type Batch,
  type BatchRefusal,
  type BatchSilence,
  type Finding,
} from '@llmchain/protocol';

/** Who is not called upon any more to accept a batch. */
export interface Marks {
  refusals: readonly BatchRefusal[];
  silences: readonly BatchSilence[];
}

type Turn = Pick<Batch, 'batch' | 'turns' | 'needed'>;

function out({ refusals, silences }: Marks): Set<string> {
  return new Set([...refusals, ...silences].map(({ member }) => member));
}

function findingsOf({ refusals }: Marks): Finding[] {
  return refusals.map(({ member, reason, receipt }) => ({ member, reason, ...(receipt ? { receipt } : {}) }));
}

/**
 * That just those accept a batch who are called upon.
 * @param named MSP ids, sorted
 * @throws {LlmchainError} `wrong_state` with who is (`details.called`, empty when too few are left), who refused and who was silent
 */
export function demandCalled(batch: Turn, marks: Marks, named: readonly string[]): void {
  const called = calledUpon(batch, out(marks)) ?? [];
  if (called.length > 0 && called.join() === named.join()) return;
  throw new LlmchainError(
    'wrong_state',
    called.length > 0
      ? `${called.join(', ')} are called upon to verify batch ${batch.batch}. Ask them.`
      : `Too few are left that could accept batch ${batch.batch}. It is rejected by those who refuse it, or expires.`,
    { called, refusals: findingsOf(marks), silent: marks.silences.map(({ member }) => member) },
  );
}

/**
 * That a member may be passed over: it is called upon, its time is over, and another can take its place.
 * @throws {LlmchainError} `wrong_state`, with `details.due` where it has time left
 */
export function demandSilent(
  batch: Turn & Pick<Batch, 'state' | 'anchored' | 'deadline'>,
  marks: Marks,
  member: string,
  now: number,
): void {
  const passed = out(marks);
  const called = calledUpon(batch, passed) ?? [];
  if (batch.state !== 'anchored' || !called.includes(member))
    throw new LlmchainError('wrong_state', `Nobody waits for the verdict of ${member} on batch ${batch.batch}.`, {
      state: batch.state,
      called,
    });
  const due = callEnds(batch, [
    ...marks.refusals.map(({ refused }) => refused),
    ...marks.silences.map((silence) => silence.passed),
  ]);
  if (now < due)
    throw new LlmchainError(
      'wrong_state',
      `${member} has ${Math.ceil((due - now) / 1000)} s more to verify batch ${batch.batch}. Try again then.`,
      { due },
    );
  if (!calledUpon(batch, passed.add(member)))
    throw new LlmchainError('wrong_state', `Nobody is left to take the place of ${member} for batch ${batch.batch}.`, {
      called,
    });
}

/** Receipts that acceptance has to have re-executed: those for which rivals refuse the batch. */
export function disputed({ refusals }: Marks): string[] {
  return [...new Set(refusals.flatMap(({ receipt }) => (receipt === undefined ? [] : [receipt])))].sort();
}
