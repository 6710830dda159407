import path from 'node:path';
import type { Registration } from '@llmchain/ca-client';
import { signingCertificate } from '../identities/msp';
import type { KeyPairFiles, Layout } from '../topology/layout';
import { HOST, LISTEN_ADDRESS, type Member, type WorkerPlace } from '../topology/topology';
import { PINNED } from './server-config';

/** A program or an administrator of a member that holds a certificate. */
export interface Holder {
  /** What it does, as in `peer`. */
  readonly name: string;
  /** Which of the member's two authorities vouches for it. */
  readonly purpose: 'identity' | 'tls';
  readonly type: Registration['type'];
  /** Attributes in its certificate, which chaincode reads. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly profile: string;
  readonly hosts: readonly string[];
  readonly files: KeyPairFiles;
}

/** What gateways and workers are to chaincode. */
const SERVICE = { role: 'service' };

/** Whether the channel's configuration names this certificate: then it cannot be renewed by itself. */
export function isPinned(holder: Holder): boolean {
  return holder.profile === PINNED;
}

/** Everyone at a member who holds a certificate; people are enrolled by its gateway. */
export function holdersOf(member: Member, layout: Layout): Holder[] {
  const { msp, identity, tls } = layout.member(member.name);
  const identities: Pick<Holder, 'name' | 'type' | 'attributes' | 'files'>[] = [
    { name: 'peer', type: 'peer', attributes: {}, files: mspFiles(msp.peer) },
    { name: 'orderer', type: 'orderer', attributes: {}, files: mspFiles(msp.orderer) },
    { name: 'admin', type: 'admin', attributes: { role: 'admin' }, files: mspFiles(msp.admin) },
    { name: 'gateway', type: 'client', attributes: SERVICE, files: identity.gateway },
  ];
  return [
    ...identities.map((each): Holder => ({ ...each, purpose: 'identity', hosts: [], profile: profileOf(each.name) })),
    ...Object.entries(tls).map(([name, files]) => tlsHolder(name, files)),
    ...member.workers.flatMap((worker) => workerHolders(member, worker, layout)),
  ];
}

/** What a worker holds; the certificate that it signs transactions with is the last. */
export function workerHolders(member: Member, worker: WorkerPlace, layout: Layout): Holder[] {
  const { tls, identity } = layout.member(member.name).worker(worker);
  const name = worker.number === 1 ? 'worker' : `worker-${worker.number}`;
  return [
    tlsHolder(name, tls),
    {
      ...{ name, type: 'client', attributes: SERVICE, files: identity },
      ...{ purpose: 'identity', hosts: [], profile: profileOf(name) },
    },
  ];
}

function tlsHolder(name: string, files: KeyPairFiles): Holder {
  return {
    name,
    purpose: 'tls',
    type: 'client',
    attributes: {},
    hosts: [HOST, LISTEN_ADDRESS],
    profile: profileOf(name),
    files,
  };
}

/** SmartBFT knows its consenters by their certificates, which stand in the channel's configuration. */
function profileOf(name: string): string {
  return name === 'orderer' ? PINNED : '';
}

/** Where a local MSP folder has its certificate and key. */
function mspFiles(folder: string): KeyPairFiles {
  return { certificate: signingCertificate(folder), key: path.join(folder, 'keystore', 'priv_sk') };
}
