import { NetworkError } from '../errors';
import { assertCounts, MEMBER_NAMES, workerId, type MemberName, type WorkerCounts } from './members';
import { assertSplits, type Split } from './splits';

export const DEFAULT_PORT_BASE = 8000;

/** TCP ports of one member's programs, all on the loopback interface. */
export interface MemberPorts {
  readonly gateway: number;
  readonly peerApi: number;
  readonly orderer: number;
  readonly peer: number;
  readonly chaincode: number;
  readonly chaincodeListen: number;
  readonly peerOperations: number;
  readonly ordererAdmin: number;
  readonly ordererOperations: number;
  /** Of a chaincode server that a benchmark or a drill adds; nothing else listens there. */
  readonly annex: number;
}

/** One of a member's workers. */
export interface WorkerPlace {
  /** From 1; the first one verifies for its member. */
  readonly number: number;
  /** Its id on the ledger, `compute-worker-1`. */
  readonly id: string;
  readonly port: number;
}

export interface Member {
  readonly name: MemberName;
  /** Position in the consortium, from 0; the SmartBFT consenter has `index + 1`. */
  readonly index: number;
  readonly mspId: string;
  readonly ports: MemberPorts;
  /** In the order of their numbers. */
  readonly workers: readonly [WorkerPlace, ...WorkerPlace[]];
}

/** Who takes part, under which names and on which ports: a pure function of the home's settings. */
export interface Topology {
  readonly channel: string;
  readonly chaincode: string;
  readonly portBase: number;
  readonly members: readonly Member[];
  /** Model versions that several members' workers hold together. */
  readonly splits: readonly Split[];
  readonly postgres: number;
  readonly objectStore: number;
  readonly certificateAuthority: number;
  readonly certificateAuthorityOperations: number;
}

/** Name that every program is dialled by; certificates carry it, and `127.0.0.1`, as subject alternative names. */
export const HOST = 'localhost';
/** Address that every program listens on. */
export const LISTEN_ADDRESS = '127.0.0.1';

const HIGHEST_OFFSET = 100 * MEMBER_NAMES.length + 60;

/**
 * The sample consortium on ports `portBase … portBase + 460`, and up to seven more where the last member has more workers.
 * @throws {NetworkError} `invalid_argument` where these are not all between 1024 and 65535, or workers or
 * splits are none that there can be
 */
export function topologyOf(portBase: number, workers: WorkerCounts = {}, splits: readonly Split[] = []): Topology {
  assertCounts(workers);
  assertSplits(splits, workers);
  const highest = 65_535 - HIGHEST_OFFSET - ((workers[MEMBER_NAMES[MEMBER_NAMES.length - 1]!] ?? 1) - 1);
  if (!Number.isInteger(portBase) || portBase < 1024 || portBase > highest)
    throw new NetworkError(
      'invalid_argument',
      `port base ${portBase} is not a whole number from 1024 to ${highest}: choose another --port-base`,
      { portBase },
    );
  return {
    channel: 'llmchain',
    chaincode: 'llmchain',
    portBase,
    members: MEMBER_NAMES.map((name, index) => ({
      name,
      index,
      mspId: `${name.charAt(0).toUpperCase()}${name.slice(1)}MSP`,
      ports: memberPorts(portBase, index),
      workers: memberWorkers(portBase, { name, index }, workers[name] ?? 1),
    })),
    splits,
    postgres: portBase + 32,
    objectStore: portBase + 33,
    certificateAuthority: portBase + 34,
    certificateAuthorityOperations: portBase + 35,
  };
}

function memberPorts(portBase: number, index: number): MemberPorts {
  const block = portBase + 100 * (index + 1);
  return {
    gateway: portBase + 80 + index,
    peerApi: portBase + 90 + index,
    orderer: block + 50,
    peer: block + 51,
    chaincode: block + 52,
    chaincodeListen: block + 53,
    peerOperations: block + 54,
    ordererAdmin: block + 55,
    ordererOperations: block + 56,
    annex: block + 57,
  };
}

/** Workers are the last of a member's block of ports, so that there is room for more. */
function memberWorkers(
  portBase: number,
  { name, index }: { name: MemberName; index: number },
  count: number,
): Member['workers'] {
  const place = (number: number): WorkerPlace => ({
    number,
    id: workerId(name, number),
    port: portBase + 100 * (index + 1) + 59 + number,
  });
  return [place(1), ...Array.from({ length: count - 1 }, (_, at) => place(at + 2))];
}

/** @throws {NetworkError} `invalid_argument` naming the members there are */
export function memberOf(topology: Topology, name: string): Member {
  const found = topology.members.find((member) => member.name === name);
  if (found !== undefined) return found;
  const names = topology.members.map((member) => member.name);
  throw new NetworkError('invalid_argument', `there is no member ${name}; the members are ${names.join(', ')}`, {
    names,
  });
}

/** Base URL of a member's API for people and programs. */
export function gatewayUrl(member: Member): string {
  return `http://${HOST}:${member.ports.gateway}`;
}

/** `host:port` to dial. */
export function address(port: number): string {
  return `${HOST}:${port}`;
}

/** `host:port` to listen on. */
export function listenAddress(port: number): string {
  return `${LISTEN_ADDRESS}:${port}`;
}
