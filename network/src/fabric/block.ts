import { createHash } from 'node:crypto';
import { NetworkError } from '../errors';

/** The header of a Fabric block (`common.BlockHeader`). */
export interface BlockHeader {
  readonly number: bigint;
  readonly previousHash: Uint8Array;
  readonly dataHash: Uint8Array;
}

/** Reads the header of a serialised `common.Block`, whose field 1 it is. */
export function blockHeader(block: Uint8Array): BlockHeader {
  const header = fields(block).find((field) => field.number === 1)?.bytes;
  if (header === undefined)
    throw new NetworkError('home_invalid', 'the genesis block has no header: run "llmchain reset"');
  const parts = fields(header);
  return {
    number: parts.find((field) => field.number === 1)?.varint ?? 0n,
    previousHash: parts.find((field) => field.number === 2)?.bytes ?? new Uint8Array(),
    dataHash: parts.find((field) => field.number === 3)?.bytes ?? new Uint8Array(),
  };
}

/**
 * The hash by which the next block names this one: SHA-256 over the DER sequence of number, previous hash and data
 * hash (`protoutil.BlockHeaderHash`).
 * @returns lower-case hexadecimal
 */
export function blockHeaderHash(header: BlockHeader): string {
  const body = Buffer.concat([
    der(0x02, integerBytes(header.number)),
    der(0x04, header.previousHash),
    der(0x04, header.dataHash),
  ]);
  return createHash('sha256').update(der(0x30, body)).digest('hex');
}

function der(tag: number, content: Uint8Array): Buffer {
  if (content.length > 127) throw new RangeError('a block header has no element longer than 127 bytes');
  return Buffer.concat([Buffer.from([tag, content.length]), content]);
}

/** Two's complement, big-endian, as short as possible, of a number that is not negative. */
function integerBytes(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return (bytes[0] ?? 0) > 127 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
}

interface Field {
  readonly number: number;
  readonly varint?: bigint;
  readonly bytes?: Uint8Array;
}

/** The fields of a protobuf message that has varints and byte strings only, as blocks and their headers do. */
function fields(message: Uint8Array): Field[] {
  const found: Field[] = [];
  let offset = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[offset++];
      if (byte === undefined)
        throw new NetworkError('home_invalid', 'the genesis block is cut short: run "llmchain reset"');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 128) return value;
    }
  };
  while (offset < message.length) {
    const tag = Number(varint());
    const number = tag >> 3;
    if ((tag & 7) === 0) found.push({ number, varint: varint() });
    else {
      const length = Number(varint());
      found.push({ number, bytes: message.subarray(offset, offset + length) });
      offset += length;
    }
  }
  return found;
}
