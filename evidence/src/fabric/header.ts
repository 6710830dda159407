import { sha256Bytes } from '@llmchain/protocol';
import { concatBytes, fromBase64 } from '../bytes';
import type { BlockEvidence } from '../bundle/schema';

/**
 * What consenters sign of a block's header, and what the next block's `previousHash` is over: DER
 * `SEQUENCE {INTEGER number, OCTET STRING previousHash, OCTET STRING dataHash}` (Fabric, `protoutil.BlockHeaderBytes`).
 */
export function headerBytes(block: Pick<BlockEvidence, 'number' | 'previousHash' | 'dataHash'>): Uint8Array {
  return der(
    0x30,
    concatBytes(
      der(0x02, positive(block.number)),
      der(0x04, fromBase64(block.previousHash)),
      der(0x04, fromBase64(block.dataHash)),
    ),
  );
}

/** SHA-256 of {@link headerBytes}: 32 bytes. */
export function headerHash(block: Pick<BlockEvidence, 'number' | 'previousHash' | 'dataHash'>): Uint8Array {
  return sha256Bytes(headerBytes(block));
}

function der(tag: number, content: Uint8Array): Uint8Array {
  // Two hashes of 32 bytes and a number need one byte of length; anything longer is no header.
  if (content.length > 127) throw new RangeError('the header is too long');
  return concatBytes(Uint8Array.of(tag, content.length), content);
}

/** Big-endian, as short as possible, with a leading zero where the first bit would make it negative. */
function positive(value: number): Uint8Array {
  const bytes = [value % 256];
  for (let rest = Math.floor(value / 256); rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Uint8Array.from(bytes[0]! > 127 ? [0, ...bytes] : bytes);
}
