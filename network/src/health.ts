import { readFile } from 'node:fs/promises';
import { request } from './fabric/http';
import { isHealthy } from './fabric/operations';
import { accepts } from './processes/ports';
import { LOG_KEEPER } from './processes/log-keeper';
import { OBJECT_STORE_HEALTH } from './stores/object-store';
import type { Layout } from './topology/layout';
import { processName, workerProcessName } from './topology/process-names';
import { gatewayUrl, HOST, type Topology } from './topology/topology';

/** Asks one process whether it does its work. */
export type Probe = () => Promise<boolean>;

/** How to ask each process of a consortium. */
export function probes(topology: Topology, layout: Layout): ReadonlyMap<string, Probe> {
  return new Map<string, Probe>([
    ['ca', () => isHealthy(topology.certificateAuthorityOperations)],
    ['postgres', () => accepts(topology.postgres)],
    ['object-store', () => objectStoreAnswers(topology, layout)],
    // It has no ear: that it runs is all there is to know.
    [LOG_KEEPER, () => Promise.resolve(true)],
    ...topology.members.flatMap((member): [string, Probe][] => [
      [processName('orderer', member), () => isHealthy(member.ports.ordererOperations)],
      [processName('peer', member), () => isHealthy(member.ports.peerOperations)],
      [processName('chaincode', member), () => accepts(member.ports.chaincode)],
      ...member.workers.map((worker): [string, Probe] => [
        workerProcessName(member, worker),
        () => accepts(worker.port),
      ]),
      [processName('gateway', member), async () => (await request(`${gatewayUrl(member)}/readyz`)).status === 200],
    ]),
  ]);
}

async function objectStoreAnswers(topology: Topology, layout: Layout): Promise<boolean> {
  const ca = await readFile(layout.services.ca.certificate, 'utf8');
  return (await request(`https://${HOST}:${topology.objectStore}${OBJECT_STORE_HEALTH}`, { ca })).status === 200;
}
