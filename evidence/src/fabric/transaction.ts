import * as common from '@hyperledger/fabric-protos/lib/common/common_pb';
import * as transactions from '@hyperledger/fabric-protos/lib/peer/transaction_pb';
import { equalBytes } from '../bytes';
import { demand } from '../refusal';
import { goodSignature } from '../x509/signature';
import type { Configuration } from './configuration';
import type { Endorsement } from './endorsement';
import { canonicalMessage } from './message';
import { readProposal, type Proposal, type ProposalParts } from './proposal';

/** A transaction's envelope, taken apart. */
export interface TransactionParts extends ProposalParts {
  payload: Uint8Array;
  signature: Uint8Array;
  /** Serialised `peer.ProposalResponsePayload`. */
  response: Uint8Array;
  endorsements: Endorsement[];
}

/** @param envelope serialised `common.Envelope` @throws {Error} when it holds no transaction of a chaincode */
export function splitTransaction(envelope: Uint8Array): TransactionParts {
  const outer = canonicalMessage(common.Envelope, envelope, 'envelope');
  const payload = canonicalMessage(common.Payload, outer.getPayload_asU8(), 'payload');
  const header = payload.getHeader();
  const actions = canonicalMessage(transactions.Transaction, payload.getData_asU8(), 'transaction').getActionsList();
  const [first] = actions;
  demand(first !== undefined && actions.length === 1, 'a transaction has one action');
  const body = canonicalMessage(transactions.ChaincodeActionPayload, first.getPayload_asU8(), 'action payload');
  const action = body.getAction();
  demand(header !== undefined && action !== undefined, 'the transaction is not whole');
  const signatureHeader = header.getSignatureHeader_asU8();
  demand(equalBytes(first.getHeader_asU8(), signatureHeader), 'the action has the header of another transaction');
  return {
    payload: outer.getPayload_asU8(),
    signature: outer.getSignature_asU8(),
    channelHeader: header.getChannelHeader_asU8(),
    signatureHeader,
    proposal: body.getChaincodeProposalPayload_asU8(),
    response: action.getProposalResponsePayload_asU8(),
    endorsements: action.getEndorsementsList().map((endorsement) => ({
      endorser: endorsement.getEndorser_asU8(),
      signature: endorsement.getSignature_asU8(),
    })),
  };
}

/** What the client of a transaction signed. @throws {Error} when it did not */
export function demandClient(parts: TransactionParts, configuration: Configuration): Proposal {
  const proposal = readProposal(parts, configuration);
  demand(
    goodSignature(proposal.certificate.publicKey, parts.payload, parts.signature),
    `the signature of the client of ${proposal.member} is not good`,
  );
  return proposal;
}
