import { decodeJson, RECORDS } from '@llmchain/protocol';
import type { ChaincodeStub } from 'fabric-shim';
import { BareChaincode } from './chaincode';

const PUBLIC_KEY = 'ab'.repeat(32);

/** What the chaincode is given of a transaction; everything else it asks for is not there. */
function transaction(request: object): { stub: ChaincodeStub; written: Map<string, string> } {
  const written = new Map<string, string>();
  const stub = {
    getFunctionAndParameters: () => ({ fcn: 'members:registerSigner', params: [JSON.stringify(request)] }),
    getTxID: () => 'f00d',
    getCreator: () => ({ mspid: 'GuildMSP' }),
    putState: (key: string, value: Uint8Array) =>
      Promise.resolve(void written.set(key, Buffer.from(value).toString('utf8'))),
  };
  return { stub: stub as unknown as ChaincodeStub, written };
}

test('one record is written, as the consortium’s own contract would have it, and nothing else', async () => {
  const request = { operationId: 'an-operation', signer: 'bench-1', kind: 'gateway', publicKey: PUBLIC_KEY };
  const { stub, written } = transaction(request);
  const { status, payload } = await new BareChaincode().Invoke(stub);
  expect(status).toBe(200);
  expect([...written.keys()]).toEqual(['signer/bench-1']);
  const answer = Buffer.from(payload ?? []).toString('utf8');
  expect(written.get('signer/bench-1')).toBe(answer);
  expect(decodeJson(RECORDS.signer, answer, 'record')).toEqual({
    ...{ schema: 'signer/1', signer: 'bench-1', kind: 'gateway', publicKey: PUBLIC_KEY },
    ...{ owner: { member: 'GuildMSP' }, createdTx: 'f00d', updatedTx: 'f00d' },
  });
});
