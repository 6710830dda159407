import { USES, type Permission, type Preference, type Signal } from '../records/work';

const STRICTNESS: Readonly<Record<Permission, number>> = { allowed: 0, constrained: 1, not_allowed: 2 };

const permitted = (preference: Preference, use: (typeof USES)[number]): Permission => preference[use] ?? 'not_allowed';

/** Whether anything that was possible before is less possible now. */
export function stricter(next: Preference, before: Preference): boolean {
  return USES.some((use) => STRICTNESS[permitted(next, use)] > STRICTNESS[permitted(before, use)]);
}

/**
 * What holds when an owner says one thing and the content's own signals another: of each use the most restrictive. A use
 * that a signal does not speak of it leaves as it is; a use that the owner does not speak of is not allowed.
 */
export function mostRestrictive(declared: Preference, signals: readonly Signal[]): Preference {
  const effective: Preference = {};
  for (const use of USES) {
    const said = declared[use];
    if (said === undefined) continue;
    effective[use] = signals
      .map(({ preference }) => preference[use] ?? 'allowed')
      .reduce((strictest, each) => (STRICTNESS[each] > STRICTNESS[strictest] ? each : strictest), said);
  }
  return effective;
}

/** Of each use the strictest of what several statements say; a use that none of them speaks of is left out. */
export function strictestOf(statements: readonly Preference[]): Preference {
  const strictest: Preference = {};
  for (const use of USES) {
    for (const { [use]: said } of statements) {
      const before = strictest[use];
      if (said !== undefined && (before === undefined || STRICTNESS[said] > STRICTNESS[before])) strictest[use] = said;
    }
  }
  return strictest;
}
