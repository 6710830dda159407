import * as common from '@hyperledger/fabric-protos/lib/common/common_pb';
import { toBase64 } from '../bytes';
import type { BlockEvidence } from '../bundle/schema';
import { configurationOf, demandConsenter } from '../fabric/block';
import type { Configuration } from '../fabric/configuration';

/** Places among a block's metadata (`common.BlockMetadataIndex`). */
const SIGNATURES = 0;

/** What of a block belongs into a bundle. @param bytes serialised `common.Block`, as a peer has it */
export function blockEvidence(bytes: Uint8Array): BlockEvidence {
  const block = common.Block.deserializeBinary(bytes);
  const header = block.getHeader();
  const number = header?.getNumber() ?? 0;
  const metadata = common.Metadata.deserializeBinary(
    block.getMetadata()?.getMetadataList_asU8()[SIGNATURES] ?? new Uint8Array(),
  );
  return {
    number,
    previousHash: toBase64(header?.getPreviousHash_asU8() ?? new Uint8Array()),
    dataHash: toBase64(header?.getDataHash_asU8() ?? new Uint8Array()),
    data: (block.getData()?.getDataList_asU8() ?? []).map(toBase64),
    // Nobody signed the genesis block; the reader has its hash.
    metadata: number === 0 ? '' : toBase64(metadata.getValue_asU8()),
    signatures:
      number === 0
        ? []
        : metadata.getSignaturesList().map((signature) => ({
            header: toBase64(signature.getIdentifierHeader_asU8()),
            signature: toBase64(signature.getSignature_asU8()),
          })),
  };
}

/** Which configuration block was in force when a block was made; the block's own number for a configuration block. */
export function lastConfiguration(block: BlockEvidence): number {
  return block.number === 0 ? 0 : configurationOf(block);
}

/**
 * The block with its good signatures alone, each consenter's once: an orderer may have added what is none, and peers
 * ask for no more than a quorum.
 * @param at when the block was made, milliseconds since the Unix epoch
 */
export function withGoodSignatures(block: BlockEvidence, configuration: Configuration, at: number): BlockEvidence {
  const good = new Map<number, BlockEvidence['signatures'][number]>();
  for (const signature of block.signatures) {
    try {
      good.set(demandConsenter(block, signature, configuration, at).id, signature);
    } catch {
      continue;
    }
  }
  return { ...block, signatures: [...good].sort(([a], [b]) => a - b).map(([, signature]) => signature) };
}
