import type { SuspendedPeriod, Suspension } from '../records/suspension';

/**
 * How long after the vote a suspension begins to count, milliseconds. The ledger takes a vote whose clock is five minutes
 * behind, so this lets no order fall into it that was given before anybody could know.
 */
export const SUSPENSION_NOTICE_MS = 360_000;

/** How long after that a suspended worker's earlier answers may still be anchored, milliseconds. */
export const SUSPENSION_GRACE_MS = 86_400_000;

type Periods = Pick<Suspension, 'periods'> | undefined;

/** The period that an order falls into by when it was issued. @param issued milliseconds since the Unix epoch */
export function suspendedAt(suspension: Periods, issued: number): SuspendedPeriod | undefined {
  return suspension?.periods.find(({ from, until }) => from <= issued && (until === undefined || issued < until));
}

/** The period that has not ended, begun or about to begin. */
export function openPeriod(suspension: Periods): SuspendedPeriod | undefined {
  const last = suspension?.periods.at(-1);
  return last?.until === undefined ? last : undefined;
}

/**
 * Why nothing can be anchored of an order, at the time: it was issued while its worker was suspended, or the time is over in which
 * a worker that still is may bring in what it answered before.
 */
export function outOfService(suspension: Periods, order: { issued: number; now: number }): SuspendedPeriod | undefined {
  const open = openPeriod(suspension);
  if (open && order.now >= open.from + SUSPENSION_GRACE_MS) return open;
  return suspendedAt(suspension, order.issued);
}
