import * as common from '@hyperledger/fabric-protos/lib/common/common_pb';
import { sha256Bytes } from '@llmchain/protocol';
import { concatBytes, equalBytes, fromBase64 } from '../bytes';
import type { BlockEvidence } from '../bundle/schema';
import { demand } from '../refusal';
import { goodSignature } from '../x509/signature';
import type { Configuration, Consenter } from './configuration';
import { headerBytes } from './header';
import { canonicalMessage } from './message';

/** Which configuration block the orderers say is in force; for a configuration block that is the block itself. */
export function configurationOf(block: BlockEvidence): number {
  const metadata = canonicalMessage(common.OrdererBlockMetadata, fromBase64(block.metadata), 'block metadata');
  return metadata.getLastConfig()?.getIndex() ?? 0;
}

/**
 * The block's data under its header. The hash runs over the envelopes joined together, so each must have its one form:
 * else bytes could move from one to the next.
 * @throws {Error} when they do not fit
 */
export function demandData(block: BlockEvidence): void {
  const data = block.data.map(fromBase64);
  demand(equalBytes(sha256Bytes(...data), fromBase64(block.dataHash)), 'the data hash in the header is another');
  for (const bytes of data) {
    const envelope = canonicalMessage(common.Envelope, bytes, 'envelope');
    // Only the genesis block was signed by nobody.
    demand(envelope.getPayload_asU8().length > 0, 'an envelope is empty');
    demand(block.number === 0 || envelope.getSignature_asU8().length > 0, 'an envelope is not signed');
  }
}

/** The consenter whose good signature this is. @throws {Error} when it is nobody's */
export function demandConsenter(
  block: BlockEvidence,
  { header, signature }: BlockEvidence['signatures'][number],
  configuration: Configuration,
  at: number,
): Consenter {
  const identifier = fromBase64(header);
  const id = canonicalMessage(common.IdentifierHeader, identifier, 'identifier header').getIdentifier();
  const consenter = configuration.consenters.find((each) => each.id === id);
  demand(consenter !== undefined, `${id} is not the number of a consenter`);
  const authorities = configuration.orderers.get(consenter.member);
  demand(authorities !== undefined, `${consenter.member} is not in the configuration`);
  const { publicKey } = authorities.demandVouched(consenter.certificate, at);
  const message = concatBytes(fromBase64(block.metadata), identifier, headerBytes(block));
  demand(goodSignature(publicKey, message, fromBase64(signature)), `the signature of consenter ${id} is not good`);
  return consenter;
}

/**
 * That a quorum of the consenters signed the header; every signature given must be good and another consenter's.
 * @param configuration the one in force before the block
 * @param at when the block was made, milliseconds since the Unix epoch
 * @returns the members whose orderers signed
 * @throws {Error} with the reason
 */
export function demandQuorum(block: BlockEvidence, configuration: Configuration, at: number): string[] {
  const signers = block.signatures.map((signature) => demandConsenter(block, signature, configuration, at));
  demand(
    signers.every(({ id }, index) => index === 0 || id > signers[index - 1]!.id),
    'a consenter signed twice, or the signatures are not in the order of the consenters',
  );
  const { quorum, consenters } = configuration;
  demand(signers.length >= quorum, `${signers.length} of ${consenters.length} consenters signed, ${quorum} are needed`);
  return signers.map(({ member }) => member);
}
