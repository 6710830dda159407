import { verifyStatement } from '@llmchain/ledger-client';
import { receiptId, signatureFlaw, type Batch, type SignedReceipt } from '@llmchain/protocol';
import type { BatchFacts } from './batch-facts';
import type { Finding } from './finding';
import { checkReceipt } from './receipt-check';
import type { Totals } from './receipt-list';

/** Sums against what the producer anchored. */
export function checkTotals(batch: Batch, totals: Totals): Finding | undefined {
  const { drawn } = totals;
  const debits = new Map(batch.sessions.map(({ session, amount }) => [session, amount]));
  const same =
    totals.promptTokens === batch.promptTokens &&
    totals.completionTokens === batch.completionTokens &&
    totals.amount === batch.amount &&
    debits.size === batch.sessions.length &&
    [...debits.keys()].every((session) => drawn.has(session)) &&
    [...drawn].every(([session, amount]) => (debits.get(session) ?? 0) === amount) &&
    vouchedFor(batch, totals);
  return same ? undefined : { reason: 'totals_mismatch' };
}

/** Whether the batch names just the workers whose receipts it holds, each once, with the last order that it answered. */
function vouchedFor({ workers }: Batch, { workers: signed }: Totals): boolean {
  const named = new Map(workers.map(({ worker, lastOrder }) => [worker, lastOrder]));
  return (
    workers.length === signed.size &&
    named.size === signed.size &&
    [...signed].every(([worker, lastOrder]) => named.get(worker) === lastOrder)
  );
}

/** Signatures of one receipt and of the orders in it, by keys that the ledger has for worker and gateway. */
function checkSignatures({ batch, signers }: BatchFacts, receipt: SignedReceipt): Finding | undefined {
  const signatories = { worker: signers.get(receipt.signer), gateway: signers.get(receipt.body.ticket.signer) };
  const flaw = signatureFlaw(receipt, batch.producer, signatories, verifyStatement);
  return flaw === undefined ? undefined : { reason: 'signature_invalid', receipt: receiptId(receipt.body) };
}

/** All that can be said of one receipt without its opening. @param here ids of those before it in the batch, to which it is added */
export function checkListed(facts: BatchFacts, receipt: SignedReceipt, here: Set<string>): Finding | undefined {
  const id = receiptId(receipt.body);
  if (here.has(id) || facts.seen(id)) return { reason: 'replayed', receipt: id };
  here.add(id);
  return checkSignatures(facts, receipt) ?? checkReceipt(facts, receipt.body);
}
