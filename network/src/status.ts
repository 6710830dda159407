import { isLeader, ledgerHeight } from './fabric/operations';
import { residentBytes } from './processes/proc';
import type { Processes } from './processes/processes';
import type { Layout } from './topology/layout';
import { processNames } from './topology/process-names';
import { gatewayUrl, type Member, type MemberName, type Topology } from './topology/topology';

export interface ProcessStatus {
  readonly name: string;
  readonly state: 'running' | 'stopped';
  readonly pid: number | null;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number | null;
  readonly residentBytes: number;
  readonly log: string;
}

export interface MemberStatus {
  readonly mspId: string;
  readonly gateway: string;
  /** Blocks in the member's ledger; null where its peer does not answer. */
  readonly height: number | null;
  /** Whether its orderer leads the consensus. */
  readonly leads: boolean;
}

export interface Status {
  readonly home: string;
  readonly portBase: number;
  readonly running: number;
  readonly residentBytes: number;
  readonly processes: readonly ProcessStatus[];
  readonly members: Readonly<Record<MemberName, MemberStatus>>;
}

/** What runs of a consortium now. */
export async function statusOf(topology: Topology, layout: Layout, processes: Processes): Promise<Status> {
  const list = processNames(topology).map((name) => processStatus(name, layout, processes));
  const members = await Promise.all(topology.members.map((member) => memberStatus(topology, member)));
  return {
    home: layout.home,
    portBase: topology.portBase,
    running: list.filter(({ state }) => state === 'running').length,
    residentBytes: list.reduce((sum, process) => sum + process.residentBytes, 0),
    processes: list,
    members: Object.fromEntries(topology.members.map(({ name, index }) => [name, members[index]])) as Record<
      MemberName,
      MemberStatus
    >,
  };
}

function processStatus(name: string, layout: Layout, processes: Processes): ProcessStatus {
  const running = processes.running(name);
  return {
    name,
    state: running === undefined ? 'stopped' : 'running',
    pid: running?.pid ?? null,
    startedAt: running?.startedAt ?? null,
    residentBytes: running === undefined ? 0 : residentBytes(running.pid),
    log: layout.log(name),
  };
}

async function memberStatus(topology: Topology, member: Member): Promise<MemberStatus> {
  const [height, leads] = await Promise.all([
    ledgerHeight(topology, member).catch(() => undefined),
    isLeader(topology, member).catch(() => false),
  ]);
  return { mspId: member.mspId, gateway: gatewayUrl(member), height: height ?? null, leads };
}
