import { LlmchainError, type SuspendedPeriod, type Suspension } from '@llmchain/protocol';
import { reinstated, suspended, type Decided } from '../rules/suspension';
import type { Chamber, Enact, MotionOf, Prepare } from './motion';

/** @throws {LlmchainError} `not_found` | `invalid_argument` | `wrong_state` */
export const suspend: Prepare<'suspend'> = (chamber, motion) => change(chamber, motion, suspended);

/** @throws {LlmchainError} as {@link suspend} */
export const reinstate: Prepare<'reinstate'> = (chamber, motion) => change(chamber, motion, reinstated);

async function change(
  { state, now, proposal }: Chamber,
  { worker, reason }: MotionOf<'suspend' | 'reinstate'>,
  by: (before: Suspension | undefined, decided: Decided) => SuspendedPeriod[],
): Promise<Enact> {
  const { kind, owner } = await state.get('signer', worker);
  if (kind !== 'worker')
    throw new LlmchainError('invalid_argument', `${worker} signs tickets; workers alone are suspended.`, { worker });
  const before = await state.find('suspension', worker);
  const periods = by(before, { worker, reason, proposal, now });
  return async () => {
    if (before) await state.update('suspension', [worker], { ...before, periods });
    else await state.create('suspension', [worker], { worker, periods, owner: { member: owner.member } });
  };
}
