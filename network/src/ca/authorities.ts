import { address, type Member, type Topology } from '../topology/topology';

/** Base URL of the fabric-ca server that the sample consortium shares. */
export function caUrl(topology: Topology): string {
  return `https://${address(topology.certificateAuthority)}`;
}

/** Name of the authority whose certificates sign a member's transactions and blocks. */
export function identityCa(member: Member): string {
  return member.name;
}

/**
 * Name of the authority whose certificates secure a member's connections. It is apart from the other so that nobody
 * who may sign a transaction may for that reason pass for one of the member's servers.
 */
export function tlsCa(member: Member): string {
  return `${member.name}-tls`;
}
