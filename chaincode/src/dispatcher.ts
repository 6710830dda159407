import { LlmchainError, TRANSACTIONS } from '@llmchain/protocol';
import { JSONSerializer } from 'fabric-contract-api';
import { Shim, type ChaincodeInterface, type ChaincodeStub } from 'fabric-shim';
import { encoded } from './contracts/failure';

type Response = Awaited<ReturnType<ChaincodeInterface['Invoke']>>;

interface FromContract {
  Invoke(stub: ChaincodeStub): Promise<Response>;
}

// What fabric-shim's own command makes of exported contracts; its types do not name it.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const ChaincodeFromContract = require('fabric-shim/lib/contract-spi/chaincodefromcontract') as new (
  contracts: readonly unknown[],
  serializers: object,
  metadata: object,
  title: string,
) => FromContract;

/** How Fabric's tools learn which contracts there are: answered by fabric-shim. */
const METADATA = 'org.hyperledger.fabric:GetMetadata';

/** Hands each transaction to its contract. What is none is refused here, since fabric-shim would do so without a code. */
export class Dispatcher implements ChaincodeInterface {
  readonly #contracts: FromContract;

  /** @param options.contracts classes, as fabric-shim takes them */
  constructor(options: { contracts: readonly unknown[] }) {
    const serializers = { transaction: 'jsonSerializer', serializers: { jsonSerializer: JSONSerializer } };
    this.#contracts = new ChaincodeFromContract([...options.contracts], serializers, {}, 'llmchain');
  }

  /** The chaincode is defined without an initialisation. */
  Init(stub: ChaincodeStub): Promise<Response> {
    return this.Invoke(stub);
  }

  async Invoke(stub: ChaincodeStub): Promise<Response> {
    const { fcn } = stub.getFunctionAndParameters();
    if (Object.hasOwn(TRANSACTIONS, fcn) || fcn === METADATA) return this.#contracts.Invoke(stub);
    return Shim.error(encoded(unknown(fcn)).message);
  }
}

function unknown(name: string): LlmchainError {
  return new LlmchainError(
    'not_supported',
    `There is no transaction "${name.slice(0, 100)}". Transactions are named "contract:function", such as "artworks:register".`,
    { transaction: name.slice(0, 100) },
  );
}
