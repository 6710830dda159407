import {
  canonicalJson,
  ordinal,
  orderedFrom,
  receiptId,
  ticketDigest,
  verifyInclusion,
  type Batch,
  type InclusionProof,
  type SignedReceipt,
} from '@llmchain/protocol';
import type { Subject } from '../bundle/schema';
import type { Configuration } from '../fabric/configuration';
import { demand } from '../refusal';
import { recordOf, type ProvenRecord } from './read';
import { Signatures } from './signatures';
import type { Steps } from './steps';

/** Follows a receipt into the accepted batch whose record is proven: who ordered it, who computed it, where it stands. */
export function followReceipt(
  steps: Steps,
  subject: Extract<Subject, { kind: 'receipt' }>,
  record: ProvenRecord,
  context: { configuration: Configuration; chaincode: string },
): void {
  const { receipt, inclusion } = subject;
  const { body } = receipt;
  const ticket = body.ticket;
  const { sequence } = record.value as Batch;
  const signatures = new Signatures(steps, context);

  const gateway = signatures.ticket(receipt, subject.gateway);
  const { continuation } = body;
  if (continuation)
    steps.take('segment', 'arithmetic', () => {
      demand(
        continuation.signer === ticket.signer && continuation.body.ticket === ticketDigest(ticket.body),
        'the order to go on is not of the ticket',
      );
      return { found: undefined, detail: `token ${continuation.body.from} of the answer is the first of the receipt` };
    });
  signatures.continuation(receipt, gateway);
  signatures.receipt(receipt, subject.worker);
  steps.take('inclusion', 'arithmetic', () => {
    const batch = recordOf(record, 'batch', body.producer, ordinal(sequence));
    demand(body.worker === receipt.signer, 'the receipt names another worker than its signer');
    demand(orderedFrom(body) === body.producer, 'the answer was ordered from another member');
    demand(
      batch.model === ticket.body.model && batch.version === ticket.body.version,
      'the batch is of another model version',
    );
    return { found: undefined, detail: demandIncluded(receipt, inclusion, batch) };
  });
  steps.take('acceptance', 'members f+1', () => {
    const { state, verifiers, batch } = recordOf(record, 'batch', body.producer, ordinal(sequence));
    demand(state === 'accepted', `batch ${batch} is ${state}, not accepted`);
    return { found: undefined, detail: `batch ${batch} was verified by ${verifiers.join(', ')}` };
  });
}

/** That a receipt stands under a batch's root. @returns that in words */
export function demandIncluded(receipt: SignedReceipt, inclusion: InclusionProof, batch: Batch): string {
  demand(batch.count === inclusion.count, `the batch has ${batch.count} receipts, the path is of ${inclusion.count}`);
  demand(
    verifyInclusion(canonicalJson(receipt), inclusion, batch.root),
    'the path does not lead from the receipt to the root of the batch',
  );
  return `receipt ${receiptId(receipt.body).slice(0, 16)}… is leaf ${inclusion.index} of ${inclusion.count} of batch ${batch.batch}`;
}
