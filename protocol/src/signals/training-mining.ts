import { strictestOf } from '../consent/preference';
import type { Permission, Preference, Signal, Use } from '../records/work';
import { USES } from '../records/work';

/** An assertion of a C2PA manifest, as JSON. */
export interface Assertion {
  label: string;
  data: unknown;
}

/** The assertion of CAWG, and that of C2PA before it; a second one in a manifest has `__1` behind it. */
const LABEL = /^(?:cawg|c2pa)\.training-mining(?:__\d{1,3})?$/;
const ENTRY = /^(?:cawg|c2pa)\.(\w+)$/;
const ENTRIES: ReadonlyMap<string, Use> = new Map([
  ['ai_training', 'training'],
  ['ai_generative_training', 'generative_training'],
  ['ai_inference', 'inference'],
  ['data_mining', 'mining'],
]);
const WORDS: ReadonlyMap<unknown, Permission> = new Map<unknown, Permission>([
  ['allowed', 'allowed'],
  ['notAllowed', 'not_allowed'],
  ['constrained', 'constrained'],
]);
/** Characters of a constraint that are told. */
const LONGEST = 500;

/** Control characters and changes of writing direction have no place in what is shown to people. */
const UNSEEN = /[\p{Cc}\p{Surrogate}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

const FORBIDDEN: Preference = Object.fromEntries(USES.map((use) => [use, 'not_allowed']));

/** What manifests say of the uses of a work, and under which conditions where they say any. */
export interface TrainingMining {
  signal: Signal;
  /** What each constrained use is constrained to, in the words of the manifest. */
  constraints: Partial<Record<Use, string>>;
}

/**
 * What the training and data mining assertions of a content's manifests say (CAWG Training and Data Mining Assertion 1.1; before
 * it C2PA 1.4, "Training and data mining"). Words that are not of the vocabulary, and assertions that are none, forbid; of
 * several the strictest counts.
 * @param digest of the manifest store that holds them
 * @returns undefined when none of them speaks of it
 */
export function trainingMiningSignal(assertions: readonly Assertion[], digest: string): TrainingMining | undefined {
  const said = assertions.filter(({ label }) => LABEL.test(label)).map(({ data }) => entriesOf(data));
  if (said.length === 0) return undefined;
  const constraints: TrainingMining['constraints'] = {};
  const preferences = said.map((entries): Preference => {
    if (!entries) return FORBIDDEN;
    const preference: Preference = {};
    for (const [name, value] of entries) {
      const use = ENTRIES.get(ENTRY.exec(name)?.[1] ?? '');
      if (!use) continue;
      const { use: word, constraint_info: info, constraints_info: infos } = objectOf(value) ?? {};
      preference[use] = WORDS.get(word) ?? 'not_allowed';
      const text = info ?? infos;
      if (preference[use] === 'constrained' && typeof text === 'string')
        constraints[use] = text.replaceAll(UNSEEN, ' ').slice(0, LONGEST);
    }
    return preference;
  });
  return { signal: { source: 'c2pa', digest, preference: strictestOf(preferences) }, constraints };
}

function entriesOf(data: unknown): [string, unknown][] | undefined {
  const entries = objectOf(objectOf(data)?.['entries']);
  return entries && Object.entries(entries);
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
