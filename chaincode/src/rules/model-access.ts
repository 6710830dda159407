import { MOST_FORMER, type AccessPolicy, type ModelAccess } from '@llmchain/protocol';

/**
 * A version's access once its owner changed it. What was in force stays on record until `now`, a time that does not run
 * backwards whatever the proposals' clocks say; of very many changes the oldest are forgotten.
 * @param before undefined where the version had none and was everyone's to call
 */
export function changedAccess(
  before: ModelAccess | undefined,
  policy: AccessPolicy,
  now: number,
): Pick<ModelAccess, 'policy' | 'former'> {
  const former = before?.former ?? [];
  const until = Math.max(now, former.at(-1)?.until ?? 0);
  return { policy, former: [...former, { policy: before?.policy ?? EVERYONE, until }].slice(-MOST_FORMER) };
}

const EVERYONE: AccessPolicy = { callers: 'everyone' };
