import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Shim } from 'fabric-shim';
import { Dispatcher } from './dispatcher';
import { contracts } from './index';

/** As `fabric-chaincode-node server` has them: messages of any length, and connections that last. */
const CONNECTION = {
  'grpc.max_send_message_length': -1,
  'grpc.max_receive_message_length': -1,
  'grpc.keepalive_time_ms': 110_000,
  'grpc.http2.min_time_between_pings_ms': 110_000,
  'grpc.keepalive_timeout_ms': 20_000,
  'grpc.http2.max_pings_without_data': 0,
  'grpc.keepalive_permit_without_calls': 1,
};

/** A member's chaincode server. Its options are those of `fabric-chaincode-node server`; the files hold PEM. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'chaincode-address': { type: 'string' },
      'chaincode-id': { type: 'string' },
      'chaincode-tls-cert-file': { type: 'string' },
      'chaincode-tls-key-file': { type: 'string' },
      'chaincode-tls-client-cacert-file': { type: 'string' },
    },
  });
  const given = (name: keyof typeof values): string => {
    const value = values[name];
    if (value === undefined) throw new Error(`--${name} is missing`);
    return value;
  };
  const server = Shim.server(new Dispatcher({ contracts }), {
    ...CONNECTION,
    address: given('chaincode-address'),
    ccid: given('chaincode-id'),
    tlsProps: {
      key: readFileSync(given('chaincode-tls-key-file')),
      cert: readFileSync(given('chaincode-tls-cert-file')),
      clientCACerts: readFileSync(given('chaincode-tls-client-cacert-file')),
    },
  });
  await server.start();
}

main().catch((error: unknown) => {
  process.stderr.write(`The chaincode server does not start: ${String(error)}\n`);
  process.exitCode = 1;
});
