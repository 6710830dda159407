import type { Batch, VerifierRecord } from '@llmchain/protocol';

/** A decided batch, and the members that refused it or were passed over. */
export type Judged = Pick<Batch, 'state' | 'verifiers' | 'findings'> & {
  refused: readonly string[];
  silent: readonly string[];
};

type Count = Exclude<keyof VerifierRecord, 'member'>;

/** What one batch adds to its verifiers' records. A refusal counts where the batch was accepted in spite of it. */
function marksOf({ state, verifiers, findings = [], refused, silent }: Judged): Record<Count, readonly string[]> {
  return {
    accepted: verifiers,
    rejected: findings.map(({ member }) => member),
    overruled: state === 'accepted' ? refused : [],
    silent,
  };
}

/**
 * Verifiers' records with what they did about these batches.
 * @returns sorted by MSP id
 */
export function recorded(before: readonly VerifierRecord[], batches: readonly Judged[]): VerifierRecord[] {
  const records = new Map(before.map((record) => [record.member, { ...record }]));
  for (const batch of batches) {
    for (const [count, members] of Object.entries(marksOf(batch)) as [Count, readonly string[]][]) {
      for (const member of members) {
        const record = records.get(member) ?? { member, accepted: 0, rejected: 0, overruled: 0, silent: 0 };
        records.set(member, { ...record, [count]: record[count] + 1 });
      }
    }
  }
  return [...records.values()].sort((a, b) => (a.member < b.member ? -1 : 1));
}
