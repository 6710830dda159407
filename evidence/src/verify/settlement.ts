import { compositeKey, decodeJson, Debit, ordinal, Settlement, type Batch, type BatchEntry } from '@llmchain/protocol';
import type { Outcome } from '../fabric/endorsement';
import { demand } from '../refusal';
import type { Steps } from './steps';

/** What a batch's state makes of its settlement and of its sessions' debits. */
const OUTCOMES: Readonly<Record<Batch['state'], { settlement: Settlement['state']; debits: Debit['state'] }>> = {
  anchored: { settlement: 'pending', debits: 'held' },
  accepted: { settlement: 'released', debits: 'spent' },
  rejected: { settlement: 'void', debits: 'released' },
  expired: { settlement: 'void', debits: 'released' },
};

/**
 * Follows a batch's money in the transaction that last wrote the batch: batch, settlement and debits are written together
 * and by nothing else, so that what it wrote of them is how they stand. A rotated electorate alone writes no money.
 */
export function followSettlement(steps: Steps, batch: Batch, { writes, policies }: Outcome): void {
  const place = compositeKey('settlement', [batch.producer, ordinal(batch.sequence)]);
  if (batch.state === 'anchored' && !writes.has(place) && policies.has(place)) return;
  steps.take('settlement', 'arithmetic', () => {
    const key = [batch.producer, ordinal(batch.sequence)];
    const { settlement: state, debits } = OUTCOMES[batch.state];
    const settlement = decodeJson(Settlement, written(writes, 'settlement', key), 'settlement');
    demand(
      settlement.batch === batch.batch && settlement.model === batch.model && settlement.version === batch.version,
      'the settlement is of another batch or model',
    );
    demand(settlement.state === state, `the batch is ${batch.state}, its settlement ${settlement.state}`);
    const paid = sum(settlement.parts) + settlement.pool;
    const due = state === 'released' ? batch.amount : 0;
    demand(paid === due, `the settlement pays ${paid}, the batch owes ${due}`);
    demandDebits(batch, debits, key, writes);
    const sessions = batch.sessions.length === 1 ? '1 session' : `${batch.sessions.length} sessions`;
    const drawn = `${batch.amount} micro-credits of ${sessions} are ${debits}`;
    return { found: undefined, detail: `${drawn}; the settlement is ${state}${partsOf(settlement)}` };
  });
}

function demandDebits(
  batch: Batch,
  state: Debit['state'],
  key: readonly string[],
  writes: ReadonlyMap<string, string | null>,
): void {
  demand(sum(batch.sessions) === batch.amount, `the sessions pay ${sum(batch.sessions)}, not ${batch.amount}`);
  for (const { session, amount } of batch.sessions) {
    const debit = decodeJson(Debit, written(writes, 'debit', [...key, session]), 'debit');
    demand(
      debit.session === session && debit.batch === batch.batch && debit.amount === amount && debit.state === state,
      `the debit of session ${session} is not the batch's ${amount}, ${state}`,
    );
  }
}

function written(writes: ReadonlyMap<string, string | null>, type: string, parts: readonly string[]): string {
  const text = writes.get(compositeKey(type, parts));
  demand(typeof text === 'string', `the transaction wrote no ${type} ${parts.join('/')}`);
  return text;
}

function sum(parts: Settlement['parts'] | BatchEntry['sessions']): number {
  return parts.reduce((total, { amount }) => total + amount, 0);
}

function partsOf({ state, parts, pool }: Settlement): string {
  if (state !== 'released') return '';
  return `: ${[...parts.map(({ account, amount }) => `${amount} to ${account}`), `${pool} to the artists' pool`].join(', ')}`;
}
