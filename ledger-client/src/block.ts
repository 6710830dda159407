import { common, ledger, msp, peer } from '@hyperledger/fabric-protos';

/** One write of a transaction to the world state. */
export interface BlockWrite {
  namespace: string;
  key: string;
  /** Null when the key was deleted. */
  value: Uint8Array | null;
}

export interface BlockTransaction {
  /** Place in the block. */
  index: number;
  id: string;
  /** Whether every peer applied it: the peer's validation code was VALID. */
  valid: boolean;
  /** Fabric's TxValidationCode. */
  validationCode: number;
  /** MSP id of the signer. */
  creator: string;
  /** Milliseconds since the Unix epoch, as the client said. */
  timestamp: number;
  /** `contract:function`, or the empty string for a configuration transaction. */
  function: string;
  /** MSP ids of those whose endorsement is in the envelope, sorted. */
  endorsers: string[];
  writes: BlockWrite[];
}

export interface LedgerBlock {
  number: number;
  transactions: BlockTransaction[];
}

/** Place of the validation codes among a block's metadata (common.BlockMetadataIndex.TRANSACTIONS_FILTER). */
const TRANSACTIONS_FILTER = 2;
/** Fabric's code of a transaction that was not validated. */
const UNKNOWN = 254;

function endorserTransaction(payload: common.Payload): Pick<BlockTransaction, 'function' | 'endorsers' | 'writes'> {
  const action = peer.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList()[0];
  if (!action) return { function: '', endorsers: [], writes: [] };
  const body = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8());
  const endorsed = body.getAction();
  const response = peer.ProposalResponsePayload.deserializeBinary(
    endorsed?.getProposalResponsePayload_asU8() ?? new Uint8Array(),
  );
  const results = peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8()).getResults_asU8();
  const writes = ledger.rwset.TxReadWriteSet.deserializeBinary(results)
    .getNsRwsetList()
    .flatMap((namespaced) =>
      ledger.rwset.kvrwset.KVRWSet.deserializeBinary(namespaced.getRwset_asU8())
        .getWritesList()
        .map((write) => ({
          namespace: namespaced.getNamespace(),
          key: write.getKey(),
          value: write.getIsDelete() ? null : write.getValue_asU8(),
        })),
    );
  const proposal = peer.ChaincodeProposalPayload.deserializeBinary(body.getChaincodeProposalPayload_asU8());
  const invocation = peer.ChaincodeInvocationSpec.deserializeBinary(proposal.getInput_asU8());
  const name = invocation.getChaincodeSpec()?.getInput()?.getArgsList_asU8()[0];
  const endorsers = (endorsed?.getEndorsementsList() ?? []).map((endorsement) =>
    msp.SerializedIdentity.deserializeBinary(endorsement.getEndorser_asU8()).getMspid(),
  );
  return { function: name ? Buffer.from(name).toString('utf8') : '', endorsers: endorsers.sort(), writes };
}

function transaction(envelope: Uint8Array, index: number, validationCode: number): BlockTransaction {
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(envelope).getPayload_asU8());
  const header = payload.getHeader();
  const channel = common.ChannelHeader.deserializeBinary(header?.getChannelHeader_asU8() ?? new Uint8Array());
  const signature = common.SignatureHeader.deserializeBinary(header?.getSignatureHeader_asU8() ?? new Uint8Array());
  const time = channel.getTimestamp();
  const isEndorser = channel.getType() === common.HeaderType.ENDORSER_TRANSACTION;
  return {
    index,
    id: channel.getTxId(),
    valid: validationCode === 0,
    validationCode,
    creator: msp.SerializedIdentity.deserializeBinary(signature.getCreator_asU8()).getMspid(),
    timestamp: (time?.getSeconds() ?? 0) * 1000 + Math.floor((time?.getNanos() ?? 0) / 1_000_000),
    ...(isEndorser ? endorserTransaction(payload) : { function: '', endorsers: [], writes: [] }),
  };
}

/**
 * An envelope that a peer refused may hold anything, so what cannot be read of it is left out; a valid one is always
 * readable.
 */
function readable(envelope: Uint8Array, index: number, validationCode: number): BlockTransaction {
  try {
    return transaction(envelope, index, validationCode);
  } catch (error) {
    if (validationCode === 0) throw error;
    return {
      index,
      id: '',
      valid: false,
      validationCode,
      creator: '',
      timestamp: 0,
      function: '',
      endorsers: [],
      writes: [],
    };
  }
}

/** Reads a block as a peer delivers it. */
export function readBlock(block: common.Block): LedgerBlock {
  const codes = block.getMetadata()?.getMetadataList_asU8()[TRANSACTIONS_FILTER] ?? new Uint8Array();
  return {
    number: block.getHeader()?.getNumber() ?? 0,
    transactions: (block.getData()?.getDataList_asU8() ?? []).map((envelope, index) =>
      readable(envelope, index, codes[index] ?? UNKNOWN),
    ),
  };
}
