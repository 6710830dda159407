import { isLeader, ledgerHeight } from './fabric/operations';
import { probes, type Probe } from './health';
import { childrenOf, memoryBytes } from './processes/memory';
import type { Processes } from './processes/processes';
import type { Layout } from './topology/layout';
import { processNames } from './topology/process-names';
import type { MemberName } from './topology/members';
import { gatewayUrl, type Member, type Topology } from './topology/topology';
import { versionsOf, type Versions } from './versions';

export interface ProcessStatus {
  readonly name: string;
  readonly state: 'running' | 'stopped';
  readonly pid: number | null;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number | null;
  /** Whether it does its work; false where it does not answer, or is stopped. */
  readonly healthy: boolean;
  /** Proportional set size of it and of all that it has started. */
  readonly memoryBytes: number;
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
  readonly healthy: number;
  /** Proportional set size of everything. */
  readonly memoryBytes: number;
  readonly versions: Versions;
  readonly processes: readonly ProcessStatus[];
  readonly members: Readonly<Record<MemberName, MemberStatus>>;
}

/** What runs of a consortium now. */
export async function statusOf(topology: Topology, layout: Layout, processes: Processes): Promise<Status> {
  const probe = probes(topology, layout);
  const children = childrenOf();
  const [list, members, versions] = await Promise.all([
    Promise.all(
      processNames(topology).map((name) => processStatus(name, probe.get(name), { layout, processes, children })),
    ),
    Promise.all(topology.members.map((member) => memberStatus(topology, member))),
    versionsOf(layout, processes),
  ]);
  return {
    home: layout.home,
    portBase: topology.portBase,
    running: list.filter(({ state }) => state === 'running').length,
    healthy: list.filter(({ healthy }) => healthy).length,
    memoryBytes: list.reduce((sum, process) => sum + process.memoryBytes, 0),
    versions,
    processes: list,
    members: Object.fromEntries(topology.members.map(({ name, index }) => [name, members[index]])) as Record<
      MemberName,
      MemberStatus
    >,
  };
}

async function processStatus(
  name: string,
  probe: Probe | undefined,
  context: {
    readonly layout: Layout;
    readonly processes: Processes;
    readonly children: ReadonlyMap<number, readonly number[]>;
  },
): Promise<ProcessStatus> {
  const running = context.processes.running(name);
  return {
    name,
    state: running === undefined ? 'stopped' : 'running',
    pid: running?.pid ?? null,
    startedAt: running?.startedAt ?? null,
    healthy: running !== undefined && ((await probe?.().catch(() => false)) ?? false),
    memoryBytes: running === undefined ? 0 : memoryBytes(running.pid, context.children),
    log: context.layout.log(name),
  };
}

async function memberStatus(topology: Topology, member: Member): Promise<MemberStatus> {
  const [height, leads] = await Promise.all([
    ledgerHeight(topology, member).catch(() => undefined),
    isLeader(topology, member).catch(() => false),
  ]);
  return { mspId: member.mspId, gateway: gatewayUrl(member), height: height ?? null, leads };
}
