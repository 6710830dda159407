import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Shim, type ChaincodeInterface, type ChaincodeStub } from 'fabric-shim';

type Response = Awaited<ReturnType<ChaincodeInterface['Invoke']>>;

/** The part of `members:registerSigner`'s request that is used here. */
interface Request {
  signer: string;
  kind: string;
  publicKey: string;
}

/**
 * As little as a chaincode can do with stock fabric-shim: whatever it is called for, it writes the record that
 * `members:registerSigner` makes, by one PutState, and answers with it. It looks at nothing: not whether the request is
 * well-formed, not who asks, not whether the key is taken, not whether the same operation came before.
 */
class BareChaincode implements ChaincodeInterface {
  Init(): Promise<Response> {
    return Promise.resolve(Shim.success());
  }

  async Invoke(stub: ChaincodeStub): Promise<Response> {
    const { signer, kind, publicKey } = JSON.parse(stub.getFunctionAndParameters().params[0]!) as Request;
    const [createdTx, owner] = [stub.getTxID(), { member: stub.getCreator().mspid }];
    const record = { schema: 'signer/1', signer, kind, publicKey, owner, createdTx, updatedTx: createdTx };
    const bytes = Buffer.from(JSON.stringify(record));
    await stub.putState(`signer/${signer}`, bytes);
    return Shim.success(bytes);
  }
}

/** Options are those of `fabric-chaincode-node server`; the files hold PEM. */
async function main(): Promise<void> {
  const text = { type: 'string', default: '' } as const;
  const { values } = parseArgs({
    options: {
      'chaincode-address': text,
      'chaincode-id': text,
      'chaincode-tls-cert-file': text,
      'chaincode-tls-key-file': text,
      'chaincode-tls-client-cacert-file': text,
    },
  });
  const server = Shim.server(new BareChaincode(), {
    address: values['chaincode-address'],
    ccid: values['chaincode-id'],
    tlsProps: {
      cert: readFileSync(values['chaincode-tls-cert-file']),
      key: readFileSync(values['chaincode-tls-key-file']),
      clientCACerts: readFileSync(values['chaincode-tls-client-cacert-file']),
    },
  });
  await server.start();
}

void main();
