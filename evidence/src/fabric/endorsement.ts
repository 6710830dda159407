import * as rwset from '@hyperledger/fabric-protos/lib/ledger/rwset/rwset_pb';
import * as kvrwset from '@hyperledger/fabric-protos/lib/ledger/rwset/kvrwset/kv_rwset_pb';
import * as peer from '@hyperledger/fabric-protos/lib/peer/proposal_pb';
import * as responses from '@hyperledger/fabric-protos/lib/peer/proposal_response_pb';
import { concatBytes, equalBytes, fromUtf8 } from '../bytes';
import { demand } from '../refusal';
import { goodSignature } from '../x509/signature';
import type { Configuration } from './configuration';
import { canonicalMessage } from './message';
import { readIdentity, type Proposal } from './proposal';

export interface Endorsement {
  /** Serialised identity. */
  endorser: Uint8Array;
  /** Over the response followed by the endorser. */
  signature: Uint8Array;
}

/** Where a value was last written. */
export interface Place {
  block: number;
  /** Of the transaction in its block. */
  index: number;
}

/** What endorsers say that a proposal reads, writes and answers. */
export interface Outcome {
  answer: string;
  /** By state key of the chaincode; null where there was nothing. */
  reads: ReadonlyMap<string, Place | null>;
  /** By state key of the chaincode; null where the value was deleted. */
  writes: ReadonlyMap<string, string | null>;
  /** State keys of the chaincode whose policy is set; their values' place becomes that of this transaction, too. */
  policies: ReadonlySet<string>;
}

const SUCCESS = 200;

/**
 * Reads what was endorsed, and that it is the answer to this proposal.
 * @param response serialised `peer.ProposalResponsePayload`
 * @throws {Error} with the reason when it is not
 */
export function readOutcome(response: Uint8Array, proposal: Proposal): Outcome {
  const payload = canonicalMessage(responses.ProposalResponsePayload, response, 'response');
  demand(equalBytes(payload.getProposalHash_asU8(), proposal.hash), 'the endorsed answer is to another proposal');
  const action = canonicalMessage(peer.ChaincodeAction, payload.getExtension_asU8(), 'action');
  demand(action.getChaincodeId()?.getName() === proposal.chaincode, 'another chaincode answered');
  demand(action.getResponse()?.getStatus() === SUCCESS, 'the chaincode refused the proposal');
  const reads = new Map<string, Place | null>();
  const writes = new Map<string, string | null>();
  const policies = new Set<string>();
  const sets = canonicalMessage(rwset.TxReadWriteSet, action.getResults_asU8(), 'read-write set');
  for (const set of sets.getNsRwsetList()) {
    const values = canonicalMessage(kvrwset.KVRWSet, set.getRwset_asU8(), 'read-write set of a chaincode');
    if (set.getNamespace() !== proposal.chaincode) continue;
    for (const read of values.getReadsList()) {
      demand(!reads.has(read.getKey()), 'a key was read twice');
      const version = read.getVersion();
      reads.set(read.getKey(), version ? { block: version.getBlockNum(), index: version.getTxNum() } : null);
    }
    for (const write of values.getWritesList()) {
      demand(!writes.has(write.getKey()), 'a key was written twice');
      writes.set(write.getKey(), write.getIsDelete() ? null : fromUtf8(write.getValue_asU8()));
    }
    for (const write of values.getMetadataWritesList()) policies.add(write.getKey());
  }
  return { answer: fromUtf8(action.getResponse()?.getPayload_asU8() ?? new Uint8Array()), reads, writes, policies };
}

/**
 * That every endorsement is good and a member's peer's.
 * @param at when they endorsed, milliseconds since the Unix epoch
 * @returns the members, sorted, each once
 * @throws {Error} with the reason
 */
export function demandEndorsements(
  response: Uint8Array,
  endorsements: readonly Endorsement[],
  configuration: Configuration,
  at: number,
): string[] {
  const members = endorsements.map(({ endorser, signature }) => {
    const { member, certificate } = readIdentity(endorser);
    const authorities = configuration.members.get(member);
    demand(authorities !== undefined, `${member} is not a member`);
    const { publicKey } = authorities.demandPeer(certificate, at);
    demand(
      goodSignature(publicKey, concatBytes(response, endorser), signature),
      `the endorsement of ${member} is not good`,
    );
    return member;
  });
  return [...new Set(members)].sort();
}
