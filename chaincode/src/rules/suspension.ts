import {
  LlmchainError,
  outOfService,
  openPeriod,
  SUSPENSION_NOTICE_MS,
  type BatchWorker,
  type SuspendedPeriod,
  type Suspension,
} from '@llmchain/protocol';

/** How far behind its gateways' clocks a reinstatement begins, milliseconds: the ledger takes a vote whose clock runs ahead. */
const LEEWAY_MS = 60_000;
/** Periods of one worker. */
const MOST = 100;

/** What the members decided on a worker, by which vote and when. */
export interface Decided {
  worker: string;
  reason: string;
  proposal: string;
  /** Milliseconds since the Unix epoch. */
  now: number;
}

/** @returns all periods of the worker with the one that is decided now @throws {LlmchainError} `wrong_state` when it is suspended */
export function suspended(before: Suspension | undefined, decided: Decided): SuspendedPeriod[] {
  const { worker, reason, proposal, now } = decided;
  const periods = before?.periods ?? [];
  const open = openPeriod(before);
  if (open)
    throw new LlmchainError('wrong_state', `${worker} is suspended already, by ${open.proposal}.`, {
      proposal: open.proposal,
    });
  if (periods.length >= MOST)
    throw new LlmchainError(
      'wrong_state',
      `${worker} was suspended ${MOST} times. Take its member’s role away by the motion revokeRole instead.`,
    );
  // One that was ended before it began has taken up its time all the same: periods follow each other.
  const from = Math.max(now + SUSPENSION_NOTICE_MS, periods.at(-1)?.until ?? 0);
  return [...periods, { from, reason, proposal }];
}

/** @returns all periods of the worker, the last one ended @throws {LlmchainError} `wrong_state` when it is not suspended */
export function reinstated(before: Suspension | undefined, { worker, proposal, now }: Decided): SuspendedPeriod[] {
  const open = openPeriod(before);
  if (!before || !open) throw new LlmchainError('wrong_state', `${worker} is not suspended.`, { worker });
  const until = Math.max(open.from, now - LEEWAY_MS);
  return [...before.periods.slice(0, -1), { ...open, until, reinstated: proposal }];
}

/**
 * That a batch may name the worker, by the last order that it answered there.
 * @throws {LlmchainError} `wrong_state` with `details.suspended` and the period
 */
export function demandInService(
  { worker, lastOrder }: BatchWorker,
  suspension: Suspension | undefined,
  now: number,
): void {
  const period = outOfService(suspension, { issued: lastOrder, now });
  if (!period) return;
  const { from, until, proposal } = period;
  throw new LlmchainError(
    'wrong_state',
    `${worker} is suspended by ${proposal}. Leave its answers to orders since then out of the batch.`,
    { suspended: worker, from, ...(until === undefined ? {} : { until }), proposal },
  );
}
