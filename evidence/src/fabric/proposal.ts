import * as common from '@hyperledger/fabric-protos/lib/common/common_pb';
import * as identities from '@hyperledger/fabric-protos/lib/msp/identities_pb';
import * as chaincode from '@hyperledger/fabric-protos/lib/peer/chaincode_pb';
import * as peer from '@hyperledger/fabric-protos/lib/peer/proposal_pb';
import { sha256Bytes, sha256Hex } from '@llmchain/protocol';
import { fromUtf8 } from '../bytes';
import { demand } from '../refusal';
import type { Certificate } from '../x509/certificate';
import type { Configuration } from './configuration';
import { canonicalMessage } from './message';
import { timeOf } from './time';

/** The bytes of a proposal as they stand in envelopes and in signed reads. */
export interface ProposalParts {
  channelHeader: Uint8Array;
  signatureHeader: Uint8Array;
  proposal: Uint8Array;
}

/** What a client asked of the chaincode. */
export interface Proposal {
  transaction: string;
  /** Milliseconds since the Unix epoch; the chaincode refuses a time that is not its own clock's. */
  time: number;
  member: string;
  certificate: Certificate;
  chaincode: string;
  /** `contract:function`. */
  call: string;
  arguments: readonly string[];
  /** What the endorsers bind their answer to. */
  hash: Uint8Array;
}

/** A serialised identity: whose it says it is, and its certificate, PEM. */
export function readIdentity(bytes: Uint8Array): { member: string; certificate: Uint8Array } {
  const identity = canonicalMessage(identities.SerializedIdentity, bytes, 'identity');
  return { member: identity.getMspid(), certificate: identity.getIdBytes_asU8() };
}

/**
 * Reads a proposal whose client a member vouches for, and whose id is its own.
 * @throws {Error} with the reason when it is not one
 */
export function readProposal(parts: ProposalParts, configuration: Configuration): Proposal {
  const { channelHeader, signatureHeader, proposal } = parts;
  const channel = canonicalMessage(common.ChannelHeader, channelHeader, 'channel header');
  const signer = canonicalMessage(common.SignatureHeader, signatureHeader, 'signature header');
  demand(channel.getType() === common.HeaderType.ENDORSER_TRANSACTION, 'it is not a transaction of a chaincode');
  demand(channel.getChannelId() === configuration.channel, 'it is of another channel');
  const time = timeOf(channel.getTimestamp());
  const creator = readIdentity(signer.getCreator_asU8());
  const authorities = configuration.members.get(creator.member);
  demand(authorities !== undefined, `${creator.member} is not a member`);
  const certificate = authorities.demandVouched(creator.certificate, time);
  const transaction = channel.getTxId();
  demand(
    sha256Hex(signer.getNonce_asU8(), signer.getCreator_asU8()) === transaction,
    'the id of the transaction is not the hash of its nonce and client',
  );
  const extension = canonicalMessage(
    peer.ChaincodeHeaderExtension,
    channel.getExtension_asU8(),
    'chaincode header extension',
  );
  const payload = canonicalMessage(peer.ChaincodeProposalPayload, proposal, 'proposal');
  const invocation = canonicalMessage(chaincode.ChaincodeInvocationSpec, payload.getInput_asU8(), 'invocation');
  const specification = invocation.getChaincodeSpec();
  const name = specification?.getChaincodeId()?.getName() ?? '';
  demand(name !== '' && extension.getChaincodeId()?.getName() === name, 'its header names another chaincode');
  const [call, ...rest] = (specification?.getInput()?.getArgsList_asU8() ?? []).map(fromUtf8);
  demand(call !== undefined, 'it calls nothing');
  return {
    transaction,
    time,
    member: creator.member,
    certificate,
    chaincode: name,
    call,
    arguments: rest,
    hash: sha256Bytes(channelHeader, signatureHeader, proposal),
  };
}
