import { batchRoot, receiptId, verifySigned, type Batch, type SignedReceipt } from '@llmchain/protocol';
import type { BatchFacts } from './batch-facts';
import type { Finding } from './finding';
import { checkReceipt } from './receipt-check';

/** Root, count and sums against what the producer anchored. */
function checkTotals(batch: Batch, receipts: readonly SignedReceipt[]): Finding | undefined {
  if (receipts.length !== batch.count || batchRoot(receipts) !== batch.root) return { reason: 'root_mismatch' };
  const total = (part: (receipt: SignedReceipt['body']) => number): number =>
    receipts.reduce((sum, { body }) => sum + part(body), 0);
  const drawn = new Map<string, number>();
  for (const { body } of receipts) {
    const { session } = body.ticket.body;
    drawn.set(session, (drawn.get(session) ?? 0) + body.amount);
  }
  const debits = new Map(batch.sessions.map(({ session, amount }) => [session, amount]));
  const same =
    total((body) => body.promptTokens) === batch.promptTokens &&
    total((body) => body.completionTokens) === batch.completionTokens &&
    total((body) => body.amount) === batch.amount &&
    debits.size === batch.sessions.length &&
    [...debits.keys()].every((session) => drawn.has(session)) &&
    [...drawn].every(([session, amount]) => (debits.get(session) ?? 0) === amount);
  return same ? undefined : { reason: 'totals_mismatch' };
}

/** Signatures of one receipt and of the ticket in it, by keys that the ledger has for worker and gateway. */
function checkSignatures(facts: BatchFacts, receipt: SignedReceipt): Finding | undefined {
  const { body } = receipt;
  const worker = facts.signers.get(receipt.signer);
  const gateway = facts.signers.get(body.ticket.signer);
  const good =
    worker?.kind === 'worker' &&
    worker.owner.member === facts.batch.producer &&
    body.producer === facts.batch.producer &&
    body.worker === receipt.signer &&
    verifySigned('llmchain/receipt/1', receipt, worker.publicKey) &&
    gateway?.kind === 'gateway' &&
    gateway.owner.member === body.ticket.body.gateway &&
    verifySigned('llmchain/ticket/1', body.ticket, gateway.publicKey);
  return good ? undefined : { reason: 'signature_invalid', receipt: receiptId(body) };
}

/** All that can be said of a batch without its openings: every receipt is checked. The first finding is returned. */
export function* checkBatch(
  facts: BatchFacts,
  receipts: readonly SignedReceipt[],
): Generator<undefined, Finding | undefined> {
  const totals = checkTotals(facts.batch, receipts);
  if (totals) return totals;
  const here = new Set<string>();
  for (const receipt of receipts) {
    const id = receiptId(receipt.body);
    if (here.has(id) || facts.seen(id)) return { reason: 'replayed', receipt: id };
    here.add(id);
    const finding = checkSignatures(facts, receipt) ?? checkReceipt(facts, receipt.body);
    if (finding) return finding;
    // Signatures take milliseconds: the caller decides how long to stay.
    yield;
  }
  return undefined;
}
