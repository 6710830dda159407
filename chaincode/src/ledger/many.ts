import { peer } from '@hyperledger/fabric-protos';
import type { ChaincodeStub } from 'fabric-shim';

/** `ChaincodeMessage.Type.GET_STATE_MULTIPLE` of Fabric 3.1 (fabric-protos 0.3), which fabric-shim's protos do not know yet. */
const GET_STATE_MULTIPLE = 25;
/** Keys in one message: below the peer's `maxSizeGetMultipleKeys`, 1,000. */
const AT_ONCE = 500;

/** What fabric-shim's stub keeps to speak to its peer with; queued with the transaction's other messages. */
interface Line {
  _askPeerAndListen(message: peer.ChaincodeMessage, method: string): Promise<Uint8Array>;
}

/**
 * The values of many keys, in their order; empty where there is none. A message a key costs about a millisecond, so they are
 * asked for in one message of Fabric 3.1, of which fabric-shim has no function; each key joins the read set as by `getState`.
 */
export async function getStates(stub: ChaincodeStub, keys: readonly string[]): Promise<Uint8Array[]> {
  const {
    handler,
    txId,
    channel_id: channel,
  } = stub as unknown as {
    handler?: Partial<Line>;
    txId?: string;
    channel_id?: string;
  };
  const values: Uint8Array[] = [];
  for (let start = 0; start < keys.length; start += AT_ONCE) {
    const some = keys.slice(start, start + AT_ONCE);
    if (some.length === 1 || !handler?._askPeerAndListen || txId === undefined || channel === undefined) {
      for (const key of some) values.push(await stub.getState(key));
      continue;
    }
    const message = new peer.ChaincodeMessage();
    message.setType(GET_STATE_MULTIPLE as peer.ChaincodeMessage.TypeMap[keyof peer.ChaincodeMessage.TypeMap]);
    message.setPayload(repeated(some));
    message.setTxid(txId);
    message.setChannelId(channel);
    const got = entries(await handler._askPeerAndListen(message, 'GetState'));
    // A peer whose database fails answers with nothing at all.
    if (got.length !== some.length) throw new Error(`the peer gave ${got.length} of ${some.length} values`);
    values.push(...got);
  }
  return values;
}

/** A message whose field 1 is `repeated string`, as in `GetStateMultiple.keys`. */
function repeated(texts: readonly string[]): Uint8Array {
  return Buffer.concat(
    texts.flatMap((text) => {
      const bytes = Buffer.from(text, 'utf8');
      return [Buffer.of(0x0a), varint(bytes.length), bytes];
    }),
  );
}

/** The fields 1 of a message, as in `GetStateMultipleResult.values`. */
function entries(message: Uint8Array): Uint8Array[] {
  const values: Uint8Array[] = [];
  for (let at = 0; at < message.length;) {
    if (message[at++] !== 0x0a) throw new Error('the peer sent another message than GetStateMultipleResult');
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++];
      if (byte === undefined || shift > 28) throw new Error('the peer sent a message that breaks off');
      length += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    if (at + length > message.length) throw new Error('the peer sent a message that breaks off');
    values.push(message.subarray(at, at + length));
    at += length;
  }
  return values;
}

/** Base 128, least significant first (Protocol Buffers encoding). */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Uint8Array.from([...bytes, left]);
    bytes.push((left % 128) | 0x80);
  }
}
