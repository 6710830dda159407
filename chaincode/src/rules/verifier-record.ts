import type { Batch, VerifierRecord } from '@llmchain/protocol';

const NOTHING = { accepted: 0, rejected: 0, overruled: 0, silent: 0, found: 0, missed: 0 };

/** A decided batch, and the members that refused it or were passed over. */
export type Judged = Pick<Batch, 'state' | 'verifiers' | 'findings'> & {
  refused: readonly string[];
  silent: readonly string[];
};

type Count = Exclude<keyof VerifierRecord, 'member'>;
type Marks = Partial<Record<Count, readonly string[]>>;

/** What one batch adds to its verifiers' records. A refusal counts where the batch was accepted in spite of it. */
function marksOf({ state, verifiers, findings = [], refused, silent }: Judged): Marks {
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
  return batches.reduce((records, batch) => counted(records, marksOf(batch)), [...before]);
}

/**
 * Verifiers' records with what a fault says of them: who had rejected the batch for this receipt has found it, who had
 * accepted the batch has missed it.
 * @param receipt id of the false receipt
 * @returns sorted by MSP id
 */
export function scored(
  before: readonly VerifierRecord[],
  { state, verifiers, findings = [] }: Pick<Batch, 'state' | 'verifiers' | 'findings'>,
  receipt: string,
): VerifierRecord[] {
  const finders = findings.filter((finding) => finding.receipt === receipt).map(({ member }) => member);
  return counted(before, state === 'accepted' ? { missed: verifiers } : { found: finders });
}

function counted(before: readonly VerifierRecord[], marks: Marks): VerifierRecord[] {
  const records = new Map(before.map((record) => [record.member, { ...record }]));
  for (const [count, members] of Object.entries(marks) as [Count, readonly string[]][]) {
    for (const member of members) {
      const record = records.get(member) ?? { member, ...NOTHING };
      records.set(member, { ...record, [count]: record[count] + 1 });
    }
  }
  return [...records.values()].sort((a, b) => (a.member < b.member ? -1 : 1));
}
