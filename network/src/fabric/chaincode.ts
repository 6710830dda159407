import path from 'node:path';
import { readFile, readdir } from 'node:fs/promises';
import { ChaincodeEnvironment } from '@llmchain/protocol';
import { isMissing, writeJson } from '../files';
import type { ProcessSpec } from '../processes/processes';
import { assertBuilt, codeRevision, contentRevision, packageMain } from '../processes/revision';
import type { Layout } from '../topology/layout';
import { processName } from '../topology/process-names';
import { address, listenAddress, type Member } from '../topology/topology';
import { PACKAGE_LABEL } from './chaincode-package';

/** Keeps Node's notices on experimental features out of the logs. */
export const NODE_OPTIONS = '--disable-warning=ExperimentalWarning';

/** A verdict that takes longer than this costs the batch the member's endorsement. */
const VERIFIER_TIMEOUT_MS = 1500;

/** A program that a member's peer has transactions simulated by. */
export interface ChaincodeServer {
  /** Of the process. */
  readonly name: string;
  /** Main file, which takes the options of `fabric-chaincode-node server` with its keys as PEM. */
  readonly main: string;
  readonly packageId: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The consortium's own chaincode server of a member.
 * @param folder the chaincode package, whose server is `main.js` beside its main file
 * @throws {NetworkError} `not_built`
 */
export function chaincodeSpec(member: Member, layout: Layout, folder: string, packageId: string): ProcessSpec {
  return chaincodeServerSpec(member, layout, {
    name: processName('chaincode', member),
    main: assertBuilt(path.join(path.dirname(packageMain(folder)), 'main.js')),
    packageId,
    port: member.ports.chaincode,
    env: chaincodeEnvironment(member, layout),
  });
}

/** A chaincode server that the member's peer and nobody else can speak to, over mutual TLS. */
export function chaincodeServerSpec(
  member: Member,
  layout: Layout,
  { name, main, packageId, port, env }: ChaincodeServer,
): ProcessSpec {
  const files = layout.member(member.name);
  return {
    name,
    command: process.execPath,
    args: [
      main,
      ...['--chaincode-address', listenAddress(port)],
      ...['--chaincode-id', packageId],
      ...['--chaincode-tls-cert-file', files.tls.chaincode.certificate],
      ...['--chaincode-tls-key-file', files.tls.chaincode.key],
      ...['--chaincode-tls-client-cacert-file', files.tlsCa.certificate],
    ],
    env: { ...env, CORE_CHAINCODE_LOGGING_LEVEL: 'error', NODE_OPTIONS },
    cwd: path.dirname(main),
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
  const { chaincode: port } = member.ports;
  await writeJson(layout.member(member.name).chaincodeConnection, await connectionTo(port, member, layout));
  await updateConnections(member, layout, { label: PACKAGE_LABEL, port });
}

/**
 * Has a member's peer find the server of a package that is installed there: its copy of the connection file, which is read
 * when the chaincode is first called, is written anew.
 */
export async function updateConnections(
  member: Member,
  layout: Layout,
  { label, port }: { readonly label: string; readonly port: number },
): Promise<void> {
  const connection = await connectionTo(port, member, layout);
  for (const file of await installedConnections(layout.member(member.name).peerData, label))
    await writeJson(file, connection);
}

async function connectionTo(port: number, member: Member, layout: Layout): Promise<object> {
  const files = layout.member(member.name);
  const [key, certificate, root] = await Promise.all(
    [files.tls.peer.key, files.tls.peer.certificate, files.tlsCa.certificate].map((file) => readFile(file, 'utf8')),
  );
  return {
    address: address(port),
    dial_timeout: '10s',
    tls_required: true,
    client_auth_required: true,
    client_key: key,
    client_cert: certificate,
    root_cert: root,
  };
}

/** The connection files in a peer's copies of what the external builder released of packages with a label. */
async function installedConnections(peerData: string, label: string): Promise<string[]> {
  const builds = path.join(peerData, 'externalbuilder', 'builds');
  const names = await readdir(builds).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  return names
    .filter((name) => name.startsWith(`${label}-`))
    .map((name) => path.join(builds, name, 'release', 'chaincode', 'server', 'connection.json'));
}
