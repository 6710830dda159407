import { GraphError } from '../error';

const decoder = new TextDecoder();

/** One field of a message in the protocol buffers encoding. */
export interface ProtoField {
  readonly number: number;
  /** The field as it stands, tag included. */
  readonly whole: Uint8Array;
  /** What a length-delimited or fixed field holds; empty for varints. */
  readonly payload: Uint8Array;
  /** The number of a varint, as a signed one of 64 bits; 0 for others. */
  readonly value: bigint;
}

/**
 * The fields of a message, in their order; nothing is copied. Source: Protocol Buffers, "Encoding".
 * @throws {GraphError} `invalid_argument` where the bytes are no message
 */
export function* protoFields(message: Uint8Array): Generator<ProtoField> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined || shift > 63n) throw malformed(at);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const start = at;
    const tag = Number(varint());
    let value = 0n;
    let length = 0;
    switch (tag % 8) {
      case 0:
        value = BigInt.asIntN(64, varint());
        break;
      case 1:
        length = 8;
        break;
      case 2:
        length = Number(varint());
        break;
      case 5:
        length = 4;
        break;
      default:
        throw malformed(start);
    }
    at += length;
    if (at > message.length) throw malformed(start);
    const number = Math.floor(tag / 8);
    yield { number, whole: message.subarray(start, at), payload: message.subarray(at - length, at), value };
  }
}

/** The values of a repeated `string` field. */
export function protoStrings(message: Uint8Array, number: number): string[] {
  return [...protoFields(message)]
    .filter((field) => field.number === number)
    .map(({ payload }) => decoder.decode(payload));
}

function malformed(at: number): GraphError {
  return new GraphError('invalid_argument', `The file is no ONNX graph: it breaks off at byte ${at}.`, { at });
}
