import path from 'node:path';
import { signingCertificate } from '../identities/msp';
import type { ProcessSpec } from '../processes/processes';
import { contentRevision } from '../processes/revision';
import type { Programs } from '../programs/programs';
import type { Layout } from '../topology/layout';
import { processName } from '../topology/process-names';
import { LISTEN_ADDRESS, listenAddress, type Member } from '../topology/topology';
import { LOG_FORMAT } from './core-config';

/** A member's SmartBFT orderer. */
export function ordererSpec(member: Member, layout: Layout, programs: Programs): ProcessSpec {
  const files = layout.member(member.name);
  return {
    name: processName('orderer', member),
    command: programs.orderer,
    args: [],
    env: ordererEnvironment(member, layout),
    cwd: files.ordererData,
    revision: contentRevision([signingCertificate(files.msp.orderer), files.tls.orderer.certificate]),
  };
}

/** Settings of one orderer over `orderer.yaml`. */
export function ordererEnvironment(member: Member, layout: Layout): Record<string, string> {
  const { ports } = member;
  const files = layout.member(member.name);
  const { certificate, key } = files.tls.orderer;
  const root = `[${files.tlsCa.certificate}]`;
  return {
    FABRIC_CFG_PATH: layout.fabric.ordererConfig,
    FABRIC_LOGGING_SPEC: 'warn:grpc=error:orderer.consensus=info',
    FABRIC_LOGGING_FORMAT: LOG_FORMAT,
    ORDERER_GENERAL_LISTENADDRESS: LISTEN_ADDRESS,
    ORDERER_GENERAL_LISTENPORT: String(ports.orderer),
    ORDERER_GENERAL_LOCALMSPID: member.mspId,
    ORDERER_GENERAL_LOCALMSPDIR: files.msp.orderer,
    ORDERER_GENERAL_TLS_ENABLED: 'true',
    ORDERER_GENERAL_TLS_CERTIFICATE: certificate,
    ORDERER_GENERAL_TLS_PRIVATEKEY: key,
    ORDERER_GENERAL_TLS_ROOTCAS: root,
    ORDERER_GENERAL_CLUSTER_CLIENTCERTIFICATE: certificate,
    ORDERER_GENERAL_CLUSTER_CLIENTPRIVATEKEY: key,
    ORDERER_GENERAL_CLUSTER_REPLICATIONPOLICY: 'consensus',
    ORDERER_FILELEDGER_LOCATION: path.join(files.ordererData, 'ledger'),
    ORDERER_CONSENSUS_WALDIR: path.join(files.ordererData, 'wal'),
    ORDERER_CONSENSUS_SNAPDIR: path.join(files.ordererData, 'snapshots'),
    ORDERER_OPERATIONS_LISTENADDRESS: listenAddress(ports.ordererOperations),
    ORDERER_METRICS_PROVIDER: 'prometheus',
    ORDERER_ADMIN_LISTENADDRESS: listenAddress(ports.ordererAdmin),
    ORDERER_ADMIN_TLS_ENABLED: 'true',
    ORDERER_ADMIN_TLS_CERTIFICATE: certificate,
    ORDERER_ADMIN_TLS_PRIVATEKEY: key,
    ORDERER_ADMIN_TLS_ROOTCAS: root,
    ORDERER_ADMIN_TLS_CLIENTAUTHREQUIRED: 'true',
    ORDERER_ADMIN_TLS_CLIENTROOTCAS: root,
    ORDERER_CHANNELPARTICIPATION_ENABLED: 'true',
  };
}
