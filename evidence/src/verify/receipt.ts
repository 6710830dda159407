import {
  canonicalJson,
  ordinal,
  receiptId,
  orderedFrom,
  ticketDigest,
  verifyInclusion,
  verifySigned,
  type Batch,
  type Domain,
  type Signed,
  type Signer,
} from '@llmchain/protocol';
import type { SignedRead, Subject } from '../bundle/schema';
import type { Configuration } from '../fabric/configuration';
import { demand } from '../refusal';
import { provenRecord, recordOf, type ProvenRecord } from './read';
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
  const key = (name: string, read: SignedRead, id: string, kind: Signer['kind'], member: string): Signer =>
    steps.take(name, 'members f+1', () => {
      const proven = provenRecord(read, context.configuration, context.chaincode);
      const found = recordOf(proven, 'signer', id);
      demand(found.kind === kind && found.owner.member === member, `${id} is not a ${kind} of ${member}`);
      return { found, detail: `${id}, a ${kind} of ${member}, as ${proven.members.join(', ')} have it` };
    });
  const signed = (name: string, domain: Domain, statement: Signed<unknown>, signer: Signer, detail: string): void =>
    steps.take(name, 'signature', () => {
      demand(verifySigned(domain, statement, signer.publicKey), `the signature of ${signer.signer} is not good`);
      return { found: undefined, detail };
    });

  const gateway = key('ticket key', subject.gateway, ticket.signer, 'gateway', ticket.body.gateway);
  const ordered = `${ticket.body.model}@${ticket.body.version} ordered by ${gateway.owner.member}`;
  signed('ticket', 'llmchain/ticket/1', ticket, gateway, ordered);
  const { continuation } = body;
  if (continuation) {
    const { from } = continuation.body;
    steps.take('segment', 'arithmetic', () => {
      demand(
        continuation.signer === ticket.signer && continuation.body.ticket === ticketDigest(ticket.body),
        'the order to go on is not of the ticket',
      );
      return { found: undefined, detail: `token ${from} of the answer is the first of the receipt` };
    });
    const detail = `the answer goes on after ${from} tokens that others computed`;
    signed('continuation', 'llmchain/continuation/1', continuation, gateway, detail);
  }
  const worker = key('receipt key', subject.worker, receipt.signer, 'worker', body.producer);
  const computed = `${body.completionTokens} tokens computed by ${worker.signer} of ${body.producer}`;
  signed('receipt', 'llmchain/receipt/1', receipt, worker, computed);
  steps.take('inclusion', 'arithmetic', () => {
    const batch = recordOf(record, 'batch', body.producer, ordinal(sequence));
    demand(body.worker === receipt.signer, 'the receipt names another worker than its signer');
    demand((orderedFrom(body) ?? body.producer) === body.producer, 'the answer was ordered from another member');
    demand(
      batch.model === ticket.body.model && batch.version === ticket.body.version,
      'the batch is of another model version',
    );
    demand(batch.count === inclusion.count, `the batch has ${batch.count} receipts, the path is of ${inclusion.count}`);
    demand(
      verifyInclusion(canonicalJson(receipt), inclusion, batch.root),
      'the path does not lead from the receipt to the root of the batch',
    );
    const detail = `receipt ${receiptId(body).slice(0, 16)}… is leaf ${inclusion.index} of ${inclusion.count} of batch ${batch.batch}`;
    return { found: undefined, detail };
  });
  steps.take('acceptance', 'members f+1', () => {
    const { state, verifiers, batch } = recordOf(record, 'batch', body.producer, ordinal(sequence));
    demand(state === 'accepted', `batch ${batch} is ${state}, not accepted`);
    return { found: undefined, detail: `batch ${batch} was verified by ${verifiers.join(', ')}` };
  });
}
