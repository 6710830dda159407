import type { MemberAccess } from '../consortium/members';
import { decide } from '../consortium/decide';

/**
 * Moves the model's production alias to a new version by vote, rolls it back to where it was, and moves it forward
 * again: three decisions that stay on the ledger. @returns where it pointed before, null for nowhere
 */
export async function moveAlias(
  members: readonly MemberAccess[],
  model: string,
  version: number,
): Promise<number | null> {
  const before = version > 1 ? version - 1 : null;
  const run = Date.now().toString(36);
  for (const [step, target] of [version, before, version].entries()) {
    const motion = { kind: 'alias' as const, model, alias: 'production' as const, version: target };
    await decide(members, `production-${run}-${step + 1}`, motion);
  }
  return before;
}
