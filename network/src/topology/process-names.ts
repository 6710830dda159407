import { LOG_KEEPER } from '../processes/log-keeper';
import type { Member, MemberPorts, Topology, WorkerPlace } from './topology';

/** Kinds of program of which every member runs one. */
const MEMBER_PROCESSES = ['orderer', 'peer', 'chaincode', 'gateway'] as const;
export type MemberProcess = (typeof MEMBER_PROCESSES)[number];

/** Name of a member's process, as in `status` and `logs`: `peer-guild`. */
export function processName(kind: MemberProcess, member: Member): string {
  return `${kind}-${member.name}`;
}

/** Name of a worker's process: `worker-compute`, and from the second on `worker-compute-2`. */
export function workerProcessName(member: Member, { number }: WorkerPlace): string {
  return number === 1 ? `worker-${member.name}` : `worker-${member.name}-${number}`;
}

const PORTS_OF: Readonly<Record<MemberProcess, readonly (keyof MemberPorts)[]>> = {
  orderer: ['orderer', 'ordererAdmin', 'ordererOperations'],
  peer: ['peer', 'chaincodeListen', 'peerOperations'],
  chaincode: ['chaincode'],
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
  const ofMembers = topology.members.flatMap((member) => [
    ...MEMBER_PROCESSES.flatMap((kind) =>
      PORTS_OF[kind].map((use) => ({ port: member.ports[use], process: processName(kind, member), use })),
    ),
    ...member.workers.map((worker) => ({
      port: worker.port,
      process: workerProcessName(member, worker),
      use: 'worker',
    })),
  ]);
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
  const each = (kind: MemberProcess): string[] => topology.members.map((member) => processName(kind, member));
  return [
    LOG_KEEPER,
    'ca',
    'postgres',
    'object-store',
    ...each('orderer'),
    ...each('peer'),
    ...each('chaincode'),
    ...topology.members.flatMap((member) => member.workers.map((worker) => workerProcessName(member, worker))),
    ...each('gateway'),
  ];
}
