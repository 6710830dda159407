import { peer } from '@hyperledger/fabric-protos';
import fc from 'fast-check';
import type { ChaincodeStub } from 'fabric-shim';
import { getStates } from './many';

/** A peer of Fabric 3.1 behind a stub: answers with `GetStateMultipleResult`. */
function stubOver(state: ReadonlyMap<string, Buffer>, spoil: (values: Buffer[]) => Buffer[] = (values) => values) {
  const messages: number[] = [];
  const stub = {
    txId: 'tx',
    channel_id: 'llmchain',
    getState: (key: string) => Promise.resolve(state.get(key) ?? Buffer.alloc(0)),
    handler: {
      _askPeerAndListen: (message: peer.ChaincodeMessage) => {
        messages.push(message.getType());
        // Repeated bytes of field 1, as `GetStateMultiple` has its keys: read with the message that is built alike.
        const keys = peer.ChaincodeInput.deserializeBinary(message.getPayload_asU8()).getArgsList_asU8();
        const answer = new peer.ChaincodeInput();
        const values = keys.map((key) => state.get(Buffer.from(key).toString('utf8')) ?? Buffer.alloc(0));
        answer.setArgsList(spoil(values));
        return Promise.resolve(Buffer.from(answer.serializeBinary()));
      },
    },
  };
  return { stub: stub as unknown as ChaincodeStub, messages };
}

const key = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 300 })
  .map((text) => `\u0000work\u0000${text}\u0000`);
const value = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes));

test('many keys give what each of them gives, in few messages', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(key, value), { maxLength: 40 }),
      fc.array(key, { maxLength: 10 }),
      async (held, more) => {
        const state = new Map(held);
        const keys = [...held.map(([name]) => name), ...more];
        const { stub, messages } = stubOver(state);
        const got = await getStates(stub, keys);
        expect(got.map((bytes) => Buffer.from(bytes))).toEqual(keys.map((name) => state.get(name) ?? Buffer.alloc(0)));
        expect(messages).toEqual(keys.length > 1 ? [25] : []);
      },
    ),
  );
});

test('a thousand keys go in two messages', async () => {
  const keys = Array.from({ length: 1_000 }, (_, index) => `key ${index}`);
  const { stub, messages } = stubOver(new Map(keys.map((name) => [name, Buffer.from(name)])));
  expect((await getStates(stub, keys)).map(String)).toHaveLength(1_000);
  expect(messages).toHaveLength(2);
});

test('a peer that gives fewer values is not believed', async () => {
  const { stub } = stubOver(new Map(), (values) => values.slice(1));
  await expect(getStates(stub, ['a', 'b'])).rejects.toThrow('1 of 2 values');
});

test('a stub without a line to its peer is asked key by key', async () => {
  const stub = { getState: (name: string) => Promise.resolve(Buffer.from(name)) } as unknown as ChaincodeStub;
  expect((await getStates(stub, ['a', 'b'])).map(String)).toEqual(['a', 'b']);
});
