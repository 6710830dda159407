import { GatewayConfig, WorkerConfig } from '@llmchain/protocol';
import type { z } from 'zod';
import { caUrl, identityCa } from '../ca/authorities';
import { bucketOf } from '../stores/object-store';
import type { KeyPairFiles, Layout } from '../topology/layout';
import {
  address,
  gatewayUrl,
  HOST,
  LISTEN_ADDRESS,
  type Member,
  type Topology,
  type WorkerPlace,
} from '../topology/topology';

/** The sample member whose first worker serves; the others' verify. */
const SERVING_MEMBER = 'compute';

/** What a member's gateway is told at its start. */
export function gatewayConfig(topology: Topology, member: Member, layout: Layout): GatewayConfig {
  const files = layout.member(member.name);
  return GatewayConfig.parse({
    ...common(topology, member, layout),
    listen: { host: LISTEN_ADDRESS, port: member.ports.gateway },
    peerListen: { host: LISTEN_ADDRESS, port: member.ports.peerApi },
    tls: files.tls.gateway,
    fabric: fabric(member, layout, files.identity.gateway),
    authority: {
      url: caUrl(topology),
      caName: identityCa(member),
      tlsRoot: layout.services.ca.certificate,
      registrar: files.registrar.gateway,
      wallet: files.wallet,
    },
    roots: layout.roots,
    signingKey: files.signingKey.gateway,
    databaseUrl: files.databaseUrl,
    databaseRoot: layout.services.ca.certificate,
    objectStore: {
      host: HOST,
      port: topology.objectStore,
      tlsRoot: layout.services.ca.certificate,
      bucket: bucketOf(member),
      credentials: files.objectStoreCredentials,
    },
    adminKey: files.adminKey,
  } satisfies z.input<typeof GatewayConfig>);
}

/** What one of a member's workers is told at its start. */
export function workerConfig(topology: Topology, member: Member, worker: WorkerPlace, layout: Layout): WorkerConfig {
  const files = layout.member(member.name).worker(worker);
  return WorkerConfig.parse({
    ...common(topology, member, layout),
    listen: { host: LISTEN_ADDRESS, port: worker.port },
    tls: files.tls,
    fabric: fabric(member, layout, files.identity),
    roles: rolesOf(topology, member, worker),
    workerId: worker.id,
    signingKey: files.signingKey,
    verifierSocket: files.verifierSocket,
    models: files.models,
    outbox: files.outbox,
    verdicts: files.verdicts,
    holds: heldBy(topology, worker),
    pipelines: topology.splits
      .filter(({ head }) => head === worker.id)
      .map(({ model, version, ranges }) => ({ model, version, ranges })),
  } satisfies z.input<typeof WorkerConfig>);
}

/** The ranges that a worker computes, each for the member whose worker answers with it. */
function heldBy({ splits, members }: Topology, worker: WorkerPlace): WorkerConfig['holds'] {
  return splits.flatMap(({ model, version, head, ranges }) => {
    const heads = members.filter(({ workers }) => workers.some(({ id }) => id === head)).map(({ mspId }) => mspId);
    return ranges
      .filter(({ holders }) => holders.includes(worker.id))
      .map(({ first, last }) => ({ model, version, first, last, heads }));
  });
}

/** A member's chaincode asks its first worker alone for verdicts; further ones are there to serve. */
function rolesOf({ splits }: Topology, member: Member, { id, number }: WorkerPlace): WorkerConfig['roles'] {
  if (number > 1) return ['serve'];
  const serves = member.name === SERVING_MEMBER || splits.some(({ head }) => head === id);
  return serves ? ['serve', 'verify'] : ['verify'];
}

function common(
  topology: Topology,
  member: Member,
  layout: Layout,
): Pick<z.input<typeof GatewayConfig>, 'member' | 'consortium'> {
  return {
    member: { name: member.name, mspId: member.mspId },
    consortium: {
      channel: topology.channel,
      chaincode: topology.chaincode,
      members: topology.members.map((other) => ({
        name: other.name,
        mspId: other.mspId,
        gateway: gatewayUrl(other),
        peerApi: `https://${address(other.ports.peerApi)}`,
        workers: other.workers.map(({ id, port }) => ({ id, address: address(port) })),
        peer: address(other.ports.peer),
        tlsRoot: layout.member(other.name).tlsCa.certificate,
      })),
    },
  };
}

function fabric(member: Member, layout: Layout, identity: KeyPairFiles): z.input<typeof GatewayConfig>['fabric'] {
  const files = layout.member(member.name);
  return {
    peer: { address: address(member.ports.peer), tlsRoot: files.tlsCa.certificate },
    identity: { mspId: member.mspId, ...identity },
  };
}
