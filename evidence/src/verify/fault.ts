import {
  culprit,
  OF_BATCHES,
  OF_SERVING,
  ordinal,
  receiptId,
  signatureFlaw,
  type Batch,
  type Fault,
  type RejectReason,
  type Signer,
} from '@llmchain/protocol';
import type { SignedRead, Subject } from '../bundle/schema';
import type { Configuration } from '../fabric/configuration';
import { demand } from '../refusal';
import type { Origin } from './origin';
import { followPenalty } from './penalty';
import { provenRecord, recordOf } from './read';
import { demandIncluded } from './receipt';
import { Signatures } from './signatures';
import type { Steps } from './steps';

type OfFault = Extract<Subject, { kind: 'fault' }>;
interface Context {
  configuration: Configuration;
  chaincode: string;
}

/** Reasons that verifiers give before all signatures of a receipt are found good. */
const UNSIGNED: ReadonlySet<RejectReason> = new Set(['replayed', 'signature_invalid']);

/** Follows a fault whose record is proven: who found it, in which receipt, of which batch, and what it cost whom. */
export function followFault(steps: Steps, subject: OfFault, fault: Fault, origin: Origin, context: Context): void {
  followFinders(steps, fault, origin);
  const batch = followBatchOf(steps, subject, fault, context);
  steps.take('inclusion', 'arithmetic', () => ({
    found: undefined,
    detail: demandIncluded(fault.receipt, fault.proof, batch),
  }));
  if (UNSIGNED.has(fault.reason)) followFlaw(steps, subject, fault, context);
  else {
    const signatures = new Signatures(steps, context);
    signatures.continuation(fault.receipt, signatures.ticket(fault.receipt, subject.gateway));
    signatures.receipt(fault.receipt, subject.worker);
  }
  steps.take('fault', 'arithmetic', () => ({ found: undefined, detail: demandAbout(fault, batch) }));
  followPenalty(steps, fault, origin.outcome);
}

/** Those who share the slash are just those whose own verifiers found it: each endorsed, and nobody else. */
function followFinders(steps: Steps, { finders, producer, owner }: Fault, { proposal, endorsers }: Origin): void {
  steps.take('finders', 'endorsement rule', () => {
    demand(proposal.call === 'inference:reportFault', `${proposal.call} reports no fault`);
    demand(proposal.member === owner.member, `${proposal.member} reported it, not ${owner.member}`);
    demand(!finders.includes(producer), `${producer} found its own fault`);
    const named = finders.length === endorsers.length && endorsers.every((member) => finders.includes(member));
    demand(named, `${endorsers.join(', ')} endorsed, and ${finders.join(', ')} are named`);
    const detail = `${finders.join(', ')}, who endorsed it, each by its own verifier; none is the producer ${producer}`;
    return { found: undefined, detail };
  });
}

function followBatchOf(steps: Steps, { batch: read }: OfFault, fault: Fault, { configuration, chaincode }: Context) {
  return steps.take('batch', 'members f+1', () => {
    const proven = provenRecord(read, configuration, chaincode);
    const found = recordOf(proven, 'batch', fault.producer, ordinal(fault.sequence));
    demand(found.batch === fault.batch && found.root === fault.root, 'the fault names another batch or root');
    demand(found.state === fault.decided, `the batch is ${found.state}, the fault says ${fault.decided}`);
    const detail = `${found.batch}, ${found.state}, root ${found.root.slice(0, 16)}…, as ${proven.members.join(', ')} have it`;
    return { found, detail };
  });
}

/** Where signatures may be the very fault: which of them are not good. A key that nobody registered cannot be shown. */
function followFlaw(steps: Steps, subject: OfFault, { receipt, producer, reason }: Fault, context: Context): void {
  const { ticket } = receipt.body;
  const signatories = steps.take('keys', 'members f+1', () => {
    const keyOf = (read: SignedRead | undefined, id: string): Signer | undefined =>
      read && recordOf(provenRecord(read, context.configuration, context.chaincode), 'signer', id);
    const found = { worker: keyOf(subject.worker, receipt.signer), gateway: keyOf(subject.gateway, ticket.signer) };
    const told = Object.entries({ [receipt.signer]: found.worker, [ticket.signer]: found.gateway });
    const detail = told.map(([id, key]) => (key ? `${id}, a ${key.kind} of ${key.owner.member}` : `none of ${id}`));
    return { found, detail: detail.join('; ') };
  });
  steps.take('signatures', 'signature', () => {
    const flaw = signatureFlaw(receipt, producer, signatories);
    if (flaw === undefined) {
      demand(reason !== 'signature_invalid', 'every signature of the receipt is good: that is no fault of it');
      return { found: undefined, detail: 'of the receipt and its orders are good' };
    }
    const missing = !signatories.worker || !signatories.gateway;
    const detail = missing ? `${flaw}, as the finders say: the file lacks a key` : flaw;
    return { found: undefined, detail, ...(missing ? { rests: 'endorsement rule' as const } : {}) };
  });
}

/** That the fault speaks of this receipt. @returns that in words */
function demandAbout(fault: Fault, batch: Batch): string {
  const { receipt, reason, decided, id, session, worker } = fault;
  demand(id === receiptId(receipt.body), 'the fault is of another receipt');
  demand(session === receipt.body.ticket.body.session, 'the fault names another session than the receipt');
  demand(UNSIGNED.has(reason) || receipt.body.producer === fault.producer, 'the receipt names another producer');
  demand(
    UNSIGNED.has(reason) || receipt.body.worker === receipt.signer,
    'the receipt names another worker than its signer',
  );
  demand(worker === culprit(batch, receipt), `the stake of ${worker} does not answer for the receipt`);
  demand(!OF_BATCHES.has(reason), `${reason} is said of a batch, not of a receipt`);
  demand(decided === 'rejected' || !OF_SERVING.has(reason), `the batch was accepted: ${reason} is no fault any more`);
  return `${reason}, for which the stake of ${worker} answers; re-executed by the finders, not by this file`;
}
