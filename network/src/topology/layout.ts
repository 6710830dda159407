import { createHash } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import type { MemberName } from './members';
import type { WorkerPlace } from './topology';

/** A certificate and its private key, as PEM files. */
export interface KeyPairFiles {
  readonly certificate: string;
  readonly key: string;
}

/** Files of one member. */
interface MemberLayout {
  readonly folder: string;
  readonly ca: KeyPairFiles;
  readonly tlsCa: KeyPairFiles;
  /** Id and secret of who may enrol at each of the two authorities, and of who enrols for the gateway; JSON. */
  readonly registrar: { readonly ca: string; readonly tlsCa: string; readonly gateway: string };
  /** Folders in Fabric's MSP format: what the channel knows of the member, and its local identities. */
  readonly msp: { readonly channel: string; readonly peer: string; readonly orderer: string; readonly admin: string };
  readonly tls: Readonly<Record<'peer' | 'orderer' | 'chaincode' | 'gateway' | 'admin', KeyPairFiles>>;
  readonly identity: { readonly gateway: KeyPairFiles };
  readonly signingKey: { readonly gateway: string };
  /** Where the gateway keeps the certificates that it enrols for holders of API keys. */
  readonly wallet: string;
  readonly adminKey: string;
  readonly databaseUrl: string;
  readonly objectStoreCredentials: string;
  readonly chaincodeConnection: string;
  readonly gatewayConfig: string;
  readonly peerData: string;
  readonly ordererData: string;
  worker(place: Pick<WorkerPlace, 'number'>): WorkerLayout;
}

/** Files of one of a member's workers. */
interface WorkerLayout {
  readonly tls: KeyPairFiles;
  readonly identity: KeyPairFiles;
  readonly signingKey: string;
  readonly config: string;
  readonly verifierSocket: string;
  readonly models: string;
  readonly outbox: string;
  readonly verdicts: string;
}

/** Where everything of a consortium lies under its home folder. */
export interface Layout {
  readonly home: string;
  readonly marker: string;
  readonly description: string;
  readonly state: string;
  readonly lock: string;
  readonly logs: string;
  readonly roots: string;
  readonly members: string;
  readonly data: string;
  /** Folder of the fabric-ca server: its configuration, and a folder with register and keys per authority. */
  readonly certificateAuthority: string;
  readonly fabric: {
    readonly folder: string;
    readonly configtx: string;
    readonly genesis: string;
    readonly peerConfig: string;
    readonly ordererConfig: string;
    readonly package: string;
    readonly committed: string;
  };
  readonly services: {
    readonly folder: string;
    readonly ca: KeyPairFiles;
    readonly postgres: KeyPairFiles;
    readonly objectStore: KeyPairFiles;
    readonly certificateAuthority: KeyPairFiles;
    readonly postgresPassword: string;
    readonly objectStoreRoot: string;
  };
  log(process: string): string;
  member(name: MemberName): MemberLayout;
}

/** Longest path that a Unix socket may have on every supported system (Linux: 107 bytes), with room to spare. */
const SOCKET_PATH_LIMIT = 100;
/** A member's verifiers have one each; numbers have one digit. */
const LONGEST_SOCKET = 'verifier-8.sock';

/** @param home absolute path of the home folder */
export function layoutOf(home: string): Layout {
  const at = (...parts: string[]): string => path.join(home, ...parts);
  return {
    home,
    marker: at('.llmchain'),
    description: at('consortium.json'),
    state: at('state.json'),
    lock: at('lock'),
    logs: at('logs'),
    roots: at('roots'),
    members: at('members'),
    data: at('data'),
    certificateAuthority: at('data', 'ca'),
    fabric: {
      folder: at('fabric'),
      configtx: at('fabric'),
      genesis: at('fabric', 'genesis.block'),
      peerConfig: at('fabric', 'peer'),
      ordererConfig: at('fabric', 'orderer'),
      package: at('fabric', 'chaincode.tar.gz'),
      committed: at('fabric', 'committed.json'),
    },
    services: {
      folder: at('services'),
      ca: keyPair(at('services'), 'ca'),
      postgres: keyPair(at('services'), 'postgres'),
      objectStore: keyPair(at('services'), 'object-store'),
      certificateAuthority: keyPair(at('services'), 'certificate-authority'),
      postgresPassword: at('services', 'postgres.password'),
      objectStoreRoot: at('services', 'object-store.json'),
    },
    log: (process) => at('logs', `${process}.log`),
    member: (name) => memberLayout(home, name),
  };
}

function memberLayout(home: string, name: MemberName): MemberLayout {
  const folder = path.join(home, 'members', name);
  const at = (...parts: string[]): string => path.join(folder, ...parts);
  const tls = (program: string): KeyPairFiles => keyPair(at('tls'), program);
  return {
    folder,
    ca: keyPair(at('ca'), 'ca'),
    tlsCa: keyPair(at('ca'), 'tls-ca'),
    registrar: {
      ca: at('ca', 'registrar.json'),
      tlsCa: at('ca', 'tls-registrar.json'),
      gateway: at('gateway-registrar.json'),
    },
    msp: {
      channel: at('msp', 'channel'),
      peer: at('msp', 'peer'),
      orderer: at('msp', 'orderer'),
      admin: at('msp', 'admin'),
    },
    tls: {
      peer: tls('peer'),
      orderer: tls('orderer'),
      chaincode: tls('chaincode'),
      gateway: tls('gateway'),
      admin: tls('admin'),
    },
    identity: { gateway: keyPair(at('identity'), 'gateway') },
    signingKey: { gateway: at('signing', 'gateway.key') },
    wallet: at('wallet'),
    adminKey: at('admin.key'),
    databaseUrl: at('database.url'),
    objectStoreCredentials: at('object-store.json'),
    chaincodeConnection: at('chaincode-connection.json'),
    gatewayConfig: at('gateway.json'),
    peerData: path.join(home, 'data', `peer-${name}`),
    ordererData: path.join(home, 'data', `orderer-${name}`),
    worker: ({ number }) => workerLayout(home, name, number === 1 ? '' : `-${number}`),
  };
}

/** @param tail what tells it from the member's first, at the end of the names of its files */
function workerLayout(home: string, member: MemberName, tail: string): WorkerLayout {
  const at = (...parts: string[]): string => path.join(home, 'members', member, ...parts);
  const data = path.join(home, 'data', `worker-${member}${tail}`);
  return {
    tls: keyPair(at('tls'), `worker${tail}`),
    identity: keyPair(at('identity'), `worker${tail}`),
    signingKey: at('signing', `worker${tail}.key`),
    config: at(`worker${tail}.json`),
    verifierSocket: path.join(socketFolder(home, member), `verifier${tail}.sock`),
    models: path.join(data, 'models'),
    outbox: path.join(data, 'outbox'),
    verdicts: path.join(data, 'verdicts'),
  };
}

/**
 * Folder of a member's Unix sockets: `<home>/run/<member>`, or a short one under the system's temporary folder
 * where that would make the sockets' paths too long.
 */
export function socketFolder(home: string, member: string, temporary: string = os.tmpdir()): string {
  const inside = path.join(home, 'run', member);
  if (Buffer.byteLength(path.join(inside, LONGEST_SOCKET)) < SOCKET_PATH_LIMIT) return inside;
  return path.join(temporary, `llmchain-${homeHash(home)}`, member);
}

/** Short name of a home folder for places outside it. */
export function homeHash(home: string): string {
  return createHash('sha256').update(home).digest('hex').slice(0, 12);
}

function keyPair(folder: string, name: string): KeyPairFiles {
  return { certificate: path.join(folder, `${name}.pem`), key: path.join(folder, `${name}.key`) };
}
