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
export class BareChaincode implements ChaincodeInterface {
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
