import { address, type Member, type Topology } from '../topology/topology';
import { request } from './http';

/** Whether a Fabric program's operations endpoint calls it healthy; it does before any channel exists. */
export async function isHealthy(operationsPort: number): Promise<boolean> {
  return (await request(`http://${address(operationsPort)}/healthz`)).status === 200;
}

/** Number of blocks in the member's peer; `undefined` before it has joined the channel. */
export async function ledgerHeight(topology: Topology, member: Member): Promise<number | undefined> {
  const metrics = await request(`http://${address(member.ports.peerOperations)}/metrics`);
  return metric(metrics.body, 'ledger_blockchain_height', { channel: topology.channel });
}

/** Whether the member's orderer leads the channel's consensus now. */
export async function isLeader(topology: Topology, member: Member): Promise<boolean> {
  const metrics = await request(`http://${address(member.ports.ordererOperations)}/metrics`);
  return ['consensus_BFT_is_leader', 'consensus_etcdraft_is_leader'].some(
    (name) => metric(metrics.body, name, { channel: topology.channel }) === 1,
  );
}

/** The value of the sample with this name and label in the Prometheus text format. */
export function metric(text: string, name: string, labels: Readonly<Record<string, string>>): number | undefined {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const line = text
    .split('\n')
    .find((candidate) => candidate.startsWith(`${name}{`) && wanted.every((label) => candidate.includes(label)));
  const value = line?.slice(line.lastIndexOf(' ') + 1);
  return value === undefined ? undefined : Number(value);
}
