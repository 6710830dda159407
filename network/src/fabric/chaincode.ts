import path from 'node:path';
import { readFile, readdir } from 'node:fs/promises';
import { ChaincodeEnvironment } from '@llmchain/protocol';
import { isMissing, writeJson } from '../files';
import type { ProcessSpec } from '../processes/processes';
import { assertBuilt, codeRevision, contentRevision, packageMain } from '../processes/revision';
import type { Layout } from '../topology/layout';
import { processName } from '../topology/process-names';
import { address, listenAddress, type Member } from '../topology/topology';

/** Keeps Node's notices on experimental features out of the logs. */
export const NODE_OPTIONS = '--disable-warning=ExperimentalWarning';

/** A verdict that takes longer than this costs the batch the member's endorsement. */
const VERIFIER_TIMEOUT_MS = 1500;

/**
 * A member's chaincode server, which its peer and nobody else can speak to, over mutual TLS.
 * @param folder the chaincode package, whose server is `main.js` beside its main file
 * @throws {NetworkError} `not_built`
 */
export function chaincodeSpec(member: Member, layout: Layout, folder: string, packageId: string): ProcessSpec {
  const main = assertBuilt(path.join(path.dirname(packageMain(folder)), 'main.js'));
  const files = layout.member(member.name);
  return {
    name: processName('chaincode', member),
    command: process.execPath,
    args: [
      main,
      ...['--chaincode-address', listenAddress(member.ports.chaincode)],
      ...['--chaincode-id', packageId],
      ...['--chaincode-tls-cert-file', files.tls.chaincode.certificate],
      ...['--chaincode-tls-key-file', files.tls.chaincode.key],
      ...['--chaincode-tls-client-cacert-file', files.tlsCa.certificate],
    ],
    env: { ...chaincodeEnvironment(member, layout), CORE_CHAINCODE_LOGGING_LEVEL: 'error', NODE_OPTIONS },
    cwd: folder,
    revision: `${codeRevision(main)}-${contentRevision([files.tls.chaincode.certificate])}`,
  };
}

function chaincodeEnvironment(member: Member, layout: Layout): Record<string, string> {
  const environment = ChaincodeEnvironment.parse({
    CORE_PEER_LOCALMSPID: member.mspId,
    LLMCHAIN_VERIFIER_SOCKET: layout.member(member.name).worker(member.workers[0]).verifierSocket,
    LLMCHAIN_VERIFIER_TIMEOUT_MS: VERIFIER_TIMEOUT_MS,
  });
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]));
}

/**
 * Writes the file from which the member's peer learns where its chaincode server is, and with which key to call it.
 * What the peer copied of it when the chaincode was installed is brought up to date, too: certificates are renewed.
 */
export async function writeChaincodeConnection(member: Member, layout: Layout): Promise<void> {
  const files = layout.member(member.name);
  const [key, certificate, root] = await Promise.all(
    [files.tls.peer.key, files.tls.peer.certificate, files.tlsCa.certificate].map((file) => readFile(file, 'utf8')),
  );
  const connection = {
    address: address(member.ports.chaincode),
    dial_timeout: '10s',
    tls_required: true,
    client_auth_required: true,
    client_key: key,
    client_cert: certificate,
    root_cert: root,
  };
  await writeJson(files.chaincodeConnection, connection);
  for (const file of await installedConnections(files.peerData)) await writeJson(file, connection);
}

/** The connection files in a peer's copies of what the external builder released. */
async function installedConnections(peerData: string): Promise<string[]> {
  const builds = path.join(peerData, 'externalbuilder', 'builds');
  const names = await readdir(builds).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  return names.map((name) => path.join(builds, name, 'release', 'chaincode', 'server', 'connection.json'));
}
