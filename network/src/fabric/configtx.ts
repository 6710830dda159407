import type { Layout } from '../topology/layout';
import { HOST, type Member, type Topology } from '../topology/topology';
import { signingCertificate } from '../identities/msp';
import { ORDERING, type Ordering } from './ordering';

/** Name of the one profile in the rendered `configtx.yaml`. */
export const PROFILE = 'LLMChain';

interface Policy {
  readonly Type: 'Signature' | 'ImplicitMeta';
  readonly Rule: string;
}

/**
 * A channel's first configuration for `configtxgen`; JSON is valid YAML. Every member has a consenter; majorities for
 * administration, lifecycle and endorsement.
 */
export function renderConfigtx(topology: Topology, layout: Layout, ordering: Ordering = ORDERING): string {
  const { members } = topology;
  const profile = {
    Policies: metaPolicies(),
    Capabilities: { V3_0: true },
    Orderer: {
      ...ordering,
      MaxChannels: 0,
      ...consenters(ordering, members, layout),
      Organizations: members.map((member) => ({
        Name: `${member.mspId}-orderer`,
        ID: member.mspId,
        MSPDir: layout.member(member.name).msp.channel,
        Policies: ordererPolicies(member.mspId),
        OrdererEndpoints: [`${HOST}:${member.ports.orderer}`],
      })),
      Policies: { ...metaPolicies(), BlockValidation: meta('ANY Writers') },
      Capabilities: { V2_0: true },
    },
    Application: {
      Organizations: members.map((member) => ({
        Name: member.mspId,
        ID: member.mspId,
        MSPDir: layout.member(member.name).msp.channel,
        Policies: applicationPolicies(member.mspId),
        AnchorPeers: [{ Host: HOST, Port: member.ports.peer }],
      })),
      Policies: {
        ...metaPolicies(),
        LifecycleEndorsement: meta('MAJORITY Endorsement'),
        Endorsement: meta('MAJORITY Endorsement'),
      },
      Capabilities: { V2_5: true },
    },
  };
  return `${JSON.stringify({ Profiles: { [PROFILE]: profile } }, null, 2)}\n`;
}

function consenters({ OrdererType }: Ordering, members: readonly Member[], layout: Layout): object {
  const places = members.map((member) => {
    const { certificate } = layout.member(member.name).tls.orderer;
    return { Host: HOST, Port: member.ports.orderer, ClientTLSCert: certificate, ServerTLSCert: certificate };
  });
  if (OrdererType === 'etcdraft') return { EtcdRaft: { Consenters: places } };
  const ConsenterMapping = members.map((member, at) => ({
    ID: member.index + 1,
    MSPID: member.mspId,
    Identity: signingCertificate(layout.member(member.name).msp.orderer),
    ...places[at],
  }));
  return { ConsenterMapping };
}

function ordererPolicies(mspId: string): Record<string, Policy> {
  return {
    Readers: signedBy(mspId, 'member'),
    Writers: signedBy(mspId, 'member'),
    Admins: signedBy(mspId, 'admin'),
  };
}

function applicationPolicies(mspId: string): Record<string, Policy> {
  return {
    Readers: signedBy(mspId, 'admin', 'peer', 'client'),
    Writers: signedBy(mspId, 'admin', 'client'),
    Admins: signedBy(mspId, 'admin'),
    Endorsement: signedBy(mspId, 'peer'),
  };
}

function metaPolicies(): Record<string, Policy> {
  return { Readers: meta('ANY Readers'), Writers: meta('ANY Writers'), Admins: meta('MAJORITY Admins') };
}

function meta(rule: string): Policy {
  return { Type: 'ImplicitMeta', Rule: rule };
}

function signedBy(mspId: string, ...roles: readonly string[]): Policy {
  return { Type: 'Signature', Rule: `OR(${roles.map((role) => `'${mspId}.${role}'`).join(',')})` };
}
