import type { Layout } from '../topology/layout';
import { HOST, type Member, type Topology } from '../topology/topology';
import { signingCertificate } from '../identities/msp';

/** Name of the one profile in the rendered `configtx.yaml`. */
export const PROFILE = 'LLMChain';

/** The interval at which SmartBFT cuts blocks; it ignores `BatchTimeout` and `PreferredMaxBytes`. */
const BLOCK_INTERVAL = '250ms';

/**
 * Timers that make a killed leader cost 3–4 s (with the defaults 23 s) on a local network. Loosen them where members
 * are far apart.
 */
const SMART_BFT = {
  RequestBatchMaxInterval: BLOCK_INTERVAL,
  RequestForwardTimeout: '1s',
  RequestComplainTimeout: '3s',
  RequestAutoRemoveTimeout: '1m0s',
  ViewChangeResendInterval: '1s',
  ViewChangeTimeout: '5s',
  LeaderHeartbeatTimeout: '4s',
  LeaderHeartbeatCount: 8,
  CollectTimeout: '500ms',
  IncomingMessageBufferSize: 200,
  RequestPoolSize: 100_000,
  SpeedUpViewChange: true,
};

interface Policy {
  readonly Type: 'Signature' | 'ImplicitMeta';
  readonly Rule: string;
}

/**
 * The channel's first configuration for `configtxgen`; JSON is valid YAML. Four SmartBFT consenters, majorities for
 * administration, lifecycle and endorsement.
 */
export function renderConfigtx(topology: Topology, layout: Layout): string {
  const { members } = topology;
  const profile = {
    Policies: metaPolicies(),
    Capabilities: { V3_0: true },
    Orderer: {
      OrdererType: 'BFT',
      BatchTimeout: BLOCK_INTERVAL,
      BatchSize: { MaxMessageCount: 500, AbsoluteMaxBytes: '10 MB', PreferredMaxBytes: '2 MB' },
      MaxChannels: 0,
      ConsenterMapping: members.map((member) => consenter(member, layout)),
      SmartBFT: SMART_BFT,
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

function consenter(member: Member, layout: Layout): object {
  const { msp, tls } = layout.member(member.name);
  return {
    ID: member.index + 1,
    Host: HOST,
    Port: member.ports.orderer,
    MSPID: member.mspId,
    Identity: signingCertificate(msp.orderer),
    ClientTLSCert: tls.orderer.certificate,
    ServerTLSCert: tls.orderer.certificate,
  };
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
