import { NetworkError } from '../errors';

export const MEMBER_NAMES = ['guild', 'archive', 'lab', 'compute'] as const;
export type MemberName = (typeof MEMBER_NAMES)[number];

/** How many workers members have; one where nothing is said. */
export type WorkerCounts = Readonly<Partial<Record<MemberName, number>>>;

/** Most workers of one member on one machine. */
export const MOST_WORKERS = 8;

/** A worker's id on the ledger, `compute-worker-1`. @param number from 1 */
export function workerId(name: MemberName, number: number): string {
  return `${name}-worker-${number}`;
}

/** @throws {NetworkError} `invalid_argument` for an unknown member, or a number that is not from 1 to {@link MOST_WORKERS} */
export function assertCounts(workers: WorkerCounts): void {
  for (const [name, count] of Object.entries(workers)) {
    if (!(MEMBER_NAMES as readonly string[]).includes(name))
      throw new NetworkError(
        'invalid_argument',
        `there is no member ${name}; the members are ${MEMBER_NAMES.join(', ')}`,
        { names: MEMBER_NAMES },
      );
    if (!Number.isInteger(count) || count < 1 || count > MOST_WORKERS)
      throw new NetworkError('invalid_argument', `${name} can have 1 to ${MOST_WORKERS} workers, not ${count}`, {
        member: name,
        most: MOST_WORKERS,
      });
  }
}
