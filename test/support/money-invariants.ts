import { owed } from '../../chaincode/src/rules/claim';
import { Books } from './books';
import type { Serving } from './serving';

/**
 * What holds of all money after every transaction.
 * @param expected what was issued, micro-credits, and sequences of the batches that were accepted while a verifier said so
 */
export function demandBalanced(
  { world, table }: Serving,
  expected: { issued: number; vouched: ReadonlySet<number> },
): void {
  const books = new Books(world);
  expect(books.total).toBe(expected.issued);
  expect(books.settled).toBe(books.spent);
  for (const { record } of books.all('session')) {
    expect(record.reserved).toBe(books.drawn(record.session));
    expect(record.reserved).toBeLessThanOrEqual(record.escrow);
    if (record.state === 'closed') expect(record.escrow).toBe(record.reserved);
  }
  for (const { record } of books.all('batch')) {
    if (record.state === 'accepted') {
      expect(expected.vouched.has(record.sequence)).toBe(true);
      expect(record.verifiers).toHaveLength(record.needed);
      expect(record.verifiers).not.toContain(record.producer);
    } else expect(record.verifiers).toEqual([]);
  }
  // A fault costs its worker once, its caller is never refunded more than was paid, and not after a rejection.
  for (const { record } of books.all('fault')) {
    const { batch, decided, refund, receipt } = record;
    expect(refund).toBeLessThanOrEqual(decided === 'accepted' ? receipt.body.amount : 0);
    expect(books.all('batch').find(({ record: of }) => of.batch === batch)?.record.state).toBe(decided);
  }
  for (const { record } of books.all('reputation')) {
    const faults = books.all('fault').map(({ record: fault }) => fault);
    expect(record.faults).toBe(faults.length);
    expect(record.slashed).toBe(faults.reduce((sum, { refund, slashed }) => sum + refund + slashed, 0));
    expect(record.accepted + record.rejected + record.expired).toBe(record.next - 1);
  }
  // Of a reward nobody has had more than there was, and nobody has had a part twice.
  for (const { record } of books.all('reward')) {
    const claims = books.all('reward-claim').filter(({ parts }) => parts[0] === record.reward);
    const had = claims.reduce((sum, { record: { amount } }) => sum + amount, 0);
    expect(had + (record.returned ?? 0)).toBeLessThanOrEqual(record.amount);
    if (record.state === 'closed') expect(had + (record.returned ?? 0)).toBe(record.amount);
  }
  // Each payee has been paid every settlement up to its cursor exactly once.
  const total = table.reduce((sum, { share }) => sum + share, 0);
  for (const { record } of books.all('cursor')) {
    const entry = table.find(({ payee }) => payee === record.payee);
    const due = books
      .all('settlement')
      .filter(({ parts, record: { state } }) => state === 'released' && Number(parts[1]) < record.next)
      .reduce((sum, { record: settlement }) => sum + owed(settlement, record.payee, entry, { total }), 0);
    expect(record.claimed).toBe(due);
  }
}
