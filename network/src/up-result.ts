import type { MemberName } from './topology/members';
import { address, gatewayUrl, type Member, type Topology } from './topology/topology';

export interface MemberResult {
  readonly mspId: string;
  readonly gateway: string;
  /** Address of the first of its workers. */
  readonly worker: string;
  readonly workers: readonly { readonly id: string; readonly address: string }[];
  readonly peer: string;
}

export interface UpResult {
  readonly channel: string;
  /** Blocks in every peer's ledger. */
  readonly height: number;
  readonly seconds: number;
  readonly members: Readonly<Record<MemberName, MemberResult>>;
}

/** Where everything of a consortium answers once it runs. */
export function upResult({ channel, members }: Topology, height: number, seconds: number): UpResult {
  const results = Object.fromEntries(members.map((member) => [member.name, memberResult(member)]));
  return { channel, height, seconds, members: results as Record<MemberName, MemberResult> };
}

function memberResult(member: Member): MemberResult {
  const { mspId, ports, workers } = member;
  return {
    mspId,
    gateway: gatewayUrl(member),
    worker: address(workers[0].port),
    workers: workers.map(({ id, port }) => ({ id, address: address(port) })),
    peer: address(ports.peer),
  };
}
