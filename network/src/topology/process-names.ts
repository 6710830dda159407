import { LOG_KEEPER } from '../processes/log-keeper';
import type { Member, MemberPorts, Topology } from './topology';

/** Kinds of program of which every member runs one. */
const MEMBER_PROCESSES = ['orderer', 'peer', 'chaincode', 'worker', 'gateway'] as const;
export type MemberProcess = (typeof MEMBER_PROCESSES)[number];

/** Name of a member's process, as in `status` and `logs`: `peer-guild`. */
export function processName(kind: MemberProcess, member: Member): string {
  return `${kind}-${member.name}`;
}

const PORTS_OF: Readonly<Record<MemberProcess, readonly (keyof MemberPorts)[]>> = {
  orderer: ['orderer', 'ordererAdmin', 'ordererOperations'],
  peer: ['peer', 'chaincodeListen', 'peerOperations'],
  chaincode: ['chaincode'],
  worker: ['worker'],
  gateway: ['gateway', 'peerApi'],
};

/** A port, the process that will listen on it, and what for. */
export interface PortUse {
  readonly port: number;
  readonly process: string;
  readonly use: string;
}

/** Every port of a consortium. */
export function portUses(topology: Topology): PortUse[] {
  const ofMembers = topology.members.flatMap((member) =>
    MEMBER_PROCESSES.flatMap((kind) =>
      PORTS_OF[kind].map((use) => ({ port: member.ports[use], process: processName(kind, member), use })),
    ),
  );
  return [
    { port: topology.certificateAuthority, process: 'ca', use: 'certificateAuthority' },
    { port: topology.certificateAuthorityOperations, process: 'ca', use: 'certificateAuthorityOperations' },
    { port: topology.postgres, process: 'postgres', use: 'postgres' },
    { port: topology.objectStore, process: 'object-store', use: 'objectStore' },
    ...ofMembers,
  ];
}

/** Names of all processes in the order in which they are started; they are stopped in the reverse order. */
export function processNames(topology: Topology): string[] {
  return [
    LOG_KEEPER,
    'ca',
    'postgres',
    'object-store',
    ...MEMBER_PROCESSES.flatMap((kind) => topology.members.map((member) => processName(kind, member))),
  ];
}
