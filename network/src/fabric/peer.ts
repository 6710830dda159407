import path from 'node:path';
import { signingCertificate } from '../identities/msp';
import type { ProcessSpec } from '../processes/processes';
import { contentRevision } from '../processes/revision';
import type { Programs } from '../programs/programs';
import type { Layout } from '../topology/layout';
import { processName } from '../topology/process-names';
import { address, listenAddress, type Member, type Topology } from '../topology/topology';
import { CONNECTION_VARIABLE, LOG_FORMAT } from './core-config';

/** A member's peer, with its state in LevelDB. */
export function peerSpec(topology: Topology, member: Member, layout: Layout, programs: Programs): ProcessSpec {
  const files = layout.member(member.name);
  return {
    name: processName('peer', member),
    command: programs.peer,
    args: ['node', 'start'],
    env: peerEnvironment(topology, member, layout),
    cwd: files.peerData,
    revision: contentRevision([signingCertificate(files.msp.peer), files.tls.peer.certificate]),
  };
}

/** Settings of one peer over `core.yaml`: everything that has to differ between peers of one machine. */
export function peerEnvironment(topology: Topology, member: Member, layout: Layout): Record<string, string> {
  const { ports } = member;
  const files = layout.member(member.name);
  const own = address(ports.peer);
  return {
    FABRIC_CFG_PATH: layout.fabric.peerConfig,
    FABRIC_LOGGING_SPEC: 'warn:grpc=error',
    FABRIC_LOGGING_FORMAT: LOG_FORMAT,
    [CONNECTION_VARIABLE]: files.chaincodeConnection,
    CORE_PEER_ID: `peer.${member.name}.llmchain`,
    CORE_PEER_NETWORKID: topology.channel,
    CORE_PEER_LOCALMSPID: member.mspId,
    CORE_PEER_MSPCONFIGPATH: files.msp.peer,
    CORE_PEER_FILESYSTEMPATH: files.peerData,
    CORE_LEDGER_SNAPSHOTS_ROOTDIR: path.join(files.peerData, 'snapshots'),
    CORE_LEDGER_STATE_STATEDATABASE: 'goleveldb',
    CORE_PEER_LISTENADDRESS: listenAddress(ports.peer),
    CORE_PEER_ADDRESS: own,
    CORE_PEER_CHAINCODELISTENADDRESS: listenAddress(ports.chaincodeListen),
    CORE_PEER_CHAINCODEADDRESS: address(ports.chaincodeListen),
    CORE_PEER_GOSSIP_BOOTSTRAP: own,
    CORE_PEER_GOSSIP_ENDPOINT: own,
    CORE_PEER_GOSSIP_EXTERNALENDPOINT: own,
    // With the defaults a peer finds too few others to endorse with for 22 s after its start, with these for 0.7 s.
    CORE_PEER_GOSSIP_RECONNECTINTERVAL: '2s',
    CORE_PEER_GOSSIP_PUBLISHSTATEINFOINTERVAL: '1s',
    CORE_PEER_GOSSIP_REQUESTSTATEINFOINTERVAL: '1s',
    CORE_PEER_TLS_ENABLED: 'true',
    CORE_PEER_TLS_CERT_FILE: files.tls.peer.certificate,
    CORE_PEER_TLS_KEY_FILE: files.tls.peer.key,
    CORE_PEER_TLS_ROOTCERT_FILE: files.tlsCa.certificate,
    CORE_OPERATIONS_LISTENADDRESS: listenAddress(ports.peerOperations),
    CORE_METRICS_PROVIDER: 'prometheus',
  };
}
