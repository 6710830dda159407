import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Shim } from 'fabric-shim';
import { BareChaincode } from './chaincode';

/** A server of the bare chaincode. Its options are those of `fabric-chaincode-node server`; the files hold PEM. */
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
