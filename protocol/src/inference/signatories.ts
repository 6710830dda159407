import { verifySigned } from '../crypto/signed';
import type { Signer } from '../records/inference';
import type { SignedReceipt } from './receipt';

/** The ledger's records of those who are said to have signed a receipt and its ticket; undefined where it has none. */
export interface Signatories {
  worker: Signer | undefined;
  gateway: Signer | undefined;
}

/**
 * What is wrong with the signatures of a receipt and of the orders in it, in words.
 * @param verify checks one signature
 * @returns undefined when all are good
 */
export function signatureFlaw(
  receipt: SignedReceipt,
  producer: string,
  { worker, gateway }: Signatories,
  verify: typeof verifySigned = verifySigned,
): string | undefined {
  const { body, signer } = receipt;
  const { ticket, continuation } = body;
  if (body.producer !== producer) return `the receipt names ${body.producer} as its producer`;
  if (body.worker !== signer) return `the receipt names another worker, ${body.worker}, than its signer, ${signer}`;
  if (worker?.kind !== 'worker' || worker.owner.member !== producer) return `${signer} is no worker of ${producer}`;
  if (!verify('llmchain/receipt/1', receipt, worker.publicKey)) return `the signature of ${signer} is not good`;
  if (gateway?.kind !== 'gateway' || gateway.owner.member !== ticket.body.gateway)
    return `${ticket.signer} is no gateway of ${ticket.body.gateway}`;
  if (!verify('llmchain/ticket/1', ticket, gateway.publicKey))
    return `the signature of ${ticket.signer} under the ticket is not good`;
  if (continuation && !verify('llmchain/continuation/1', continuation, gateway.publicKey))
    return `the signature of ${ticket.signer} under the order to go on is not good`;
  return undefined;
}
