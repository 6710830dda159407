import {
  chargeOf,
  couldCall,
  fingerprintCount,
  mostChargeOf,
  orderedFrom,
  priceOf,
  receiptId,
  segmentStart,
  suspendedAt,
  taskOf,
  ticketDigest,
  verificationMode,
  type Receipt,
} from '@llmchain/protocol';
import { CLOCK_SKEW_MS } from '../receipts/clock-skew';
import type { BatchFacts } from './batch-facts';
import type { Finding, Reason } from './finding';

/** What one receipt says of itself against its ticket, its model version and its session: pure. */
export function checkReceipt(facts: BatchFacts, receipt: Receipt): Finding | undefined {
  const reason =
    ticketFault(facts, receipt) ??
    continuationFault(facts, receipt) ??
    executionFault(facts, receipt) ??
    tokenFault(facts, receipt) ??
    fingerprintFault(facts, receipt) ??
    priceFault(facts, receipt);
  return reason && { reason, receipt: receiptId(receipt) };
}

/**
 * The producer was to answer; the ticket orders this model, of this member's session, at this time, and the model's owner let the
 * member call it then, when the worker was not suspended.
 */
function ticketFault({ access, batch, sessions, suspensions }: BatchFacts, receipt: Receipt): Reason | undefined {
  const ticket = receipt.ticket.body;
  const good =
    orderedFrom(receipt) === batch.producer &&
    ticket.model === batch.model &&
    ticket.version === batch.version &&
    sessions.get(ticket.session)?.owner.member === ticket.gateway &&
    (ticket.gateway !== batch.producer || ticket.callerNonce !== undefined) &&
    couldCall(access, ticket.gateway, { from: ticket.issued - CLOCK_SKEW_MS, to: ticket.issued + CLOCK_SKEW_MS }) &&
    !suspendedAt(suspensions.get(receipt.worker), ticket.issued) &&
    ticket.expires > ticket.issued &&
    receipt.started >= ticket.issued - CLOCK_SKEW_MS &&
    receipt.started <= ticket.expires &&
    receipt.ended >= receipt.started &&
    receipt.ended <= batch.anchored + CLOCK_SKEW_MS;
  return good ? undefined : 'ticket_invalid';
}

/** A later segment is ordered for this ticket, by the key that signed it, and leaves the ticket's maximum as it is. */
function continuationFault({ version }: BatchFacts, receipt: Receipt): Reason | undefined {
  const { ticket, continuation, promptTokens } = receipt;
  if (!continuation) return undefined;
  const { from, maxAmount } = continuation.body;
  const good =
    continuation.signer === ticket.signer &&
    continuation.body.ticket === ticketDigest(ticket.body) &&
    priceOf(version.prices, promptTokens, from) + maxAmount <= ticket.body.maxAmount;
  return good ? undefined : 'ticket_invalid';
}

/** It was computed with the version's files, in its precision, and is verified in its mode. */
function executionFault({ tokenizer, template, version }: BatchFacts, receipt: Receipt): Reason | undefined {
  const { precision, mode } = receipt.execution;
  const good =
    receipt.tokenizer === tokenizer &&
    receipt.template === template &&
    precision === version.precision &&
    mode === verificationMode(version.verification);
  return good ? undefined : 'execution_mismatch';
}

/** Every window has its fingerprint where the version asks for them; elsewhere there is none. */
function fingerprintFault({ version }: BatchFacts, { fingerprints, completionTokens }: Receipt): Reason | undefined {
  const expected = version.verification.fingerprints && fingerprintCount(completionTokens);
  return fingerprints?.length === expected ? undefined : 'fingerprint_mismatch';
}

/** Counts are possible, and the stop reason agrees with them. */
function tokenFault({ version }: BatchFacts, receipt: Receipt): Reason | undefined {
  const { promptTokens, completionTokens, stop } = receipt;
  // Tensors come whole or not at all, and cost by what was sent.
  if (taskOf(version) !== 'text_generation') {
    return completionTokens === 0 && stop === 'stop' ? undefined : 'tokens_mismatch';
  }
  const limit = Math.min(receipt.ticket.body.maxTokens, version.contextTokens - promptTokens) - segmentStart(receipt);
  const good =
    promptTokens < version.contextTokens &&
    completionTokens <= limit &&
    (stop !== 'length' || completionTokens === limit) &&
    (stop !== 'stop' || completionTokens >= 1) &&
    ((stop !== 'cancelled' && stop !== 'tainted') || completionTokens < limit);
  return good ? undefined : 'tokens_mismatch';
}

function priceFault({ version }: BatchFacts, receipt: Receipt): Reason | undefined {
  const price = chargeOf(version.prices, receipt);
  return receipt.amount === price && price <= mostChargeOf(receipt) ? undefined : 'price_mismatch';
}
