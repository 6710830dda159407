import { compositeKey, decodeJson, Delta, splitCompositeKey, Stake, type Fault } from '@llmchain/protocol';
import type { Outcome } from '../fabric/endorsement';
import { demand } from '../refusal';
import type { Steps } from './steps';

/** Follows what a fault cost in the transaction that wrote it: the slash to the last micro-credit, and who has the refund. */
export function followPenalty(steps: Steps, fault: Fault, { writes }: Outcome): void {
  const { decided, finders, receipt, refund, session, slashed, worker } = fault;
  steps.take('penalty', 'arithmetic', () => {
    demand(decided === 'accepted' || refund === 0, 'of a rejected batch its sessions have everything back already');
    demand(refund <= receipt.body.amount, `the receipt cost ${receipt.body.amount}, and ${refund} went back`);
    const payments = paymentsOf(writes);
    const to = (account: string): number =>
      sum(payments.filter((each) => each.reason === 'slash' && each.account === account));
    const shares = finders.map((member) => to(`member:${member}`));
    const paid = sum(payments.filter(({ reason }) => reason === 'slash'));
    demand(paid === slashed, `the transaction pays out ${paid}, the fault says ${slashed}`);
    const theirs = shares.reduce((total, share) => total + share, 0);
    demand(theirs + to('consortium') === paid, 'somebody else has a part of the slash');
    demand(Math.max(...shares) - Math.min(...shares) <= 1, 'the finders have unequal parts');
    demandRefund(fault, payments, writes);
    demandStake(fault, writes);
    const parts = [...finders.map((member, index) => `${shares[index]} to ${member}`), `${to('consortium')} to all`];
    const detail = `${slashed} micro-credits of the stake of ${worker}: ${parts.join(', ')}; ${refund} back to session ${session}`;
    return { found: undefined, detail };
  });
}

/** An open session has it in its escrow; of a closed one its owner has it. */
function demandRefund({ refund, session }: Fault, payments: readonly Delta[], writes: Outcome['writes']): void {
  const back = sum(payments.filter(({ reason }) => reason === 'refund'));
  const topped = typeof writes.get(compositeKey('session', [session])) === 'string';
  demand(back === (topped ? 0 : refund), `the transaction pays ${back} back, the fault says ${refund}`);
  demand(refund > 0 || !topped, 'the session changed though nothing went back to it');
}

/** The stake is the producer's worker's, where it lost anything. */
function demandStake({ producer, refund, slashed, worker }: Fault, writes: Outcome['writes']): void {
  if (refund + slashed === 0) return;
  const text = writes.get(compositeKey('stake', [worker]));
  demand(typeof text === 'string', `the transaction takes nothing from the stake of ${worker}`);
  const stake = decodeJson(Stake, text, 'stake');
  demand(stake.worker === worker && stake.owner.member === producer, `the stake is not of a worker of ${producer}`);
}

function paymentsOf(writes: Outcome['writes']): Delta[] {
  return [...writes].flatMap(([key, text]) =>
    splitCompositeKey(key)?.type === 'delta' && text !== null ? [decodeJson(Delta, text, 'payment')] : [],
  );
}

function sum(payments: readonly Delta[]): number {
  return payments.reduce((total, { amount }) => total + amount, 0);
}
