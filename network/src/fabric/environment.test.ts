import { layoutOf } from '../topology/layout';
import { topologyOf } from '../topology/topology';
import { renderCoreConfig } from './core-config';
import { ordererEnvironment } from './orderer';
import { peerEnvironment } from './peer';

const topology = topologyOf(8000);
const layout = layoutOf('/home/x');
const SAMPLE = `vm:
  # Endpoint of the vm management system.
  endpoint: unix:///var/run/docker.sock

chaincode:
  externalBuilders:
    - name: ccaas_builder
      path: /opt/hyperledger/ccaas_builder
      propagateEnvironment:
        - CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG

  installTimeout: 300s
`;

test('core.yaml without Docker and with our builder', () => {
  expect(renderCoreConfig(SAMPLE, '/opt/builder')).toBe(`vm:
  # Endpoint of the vm management system.
  endpoint: ""

chaincode:
  externalBuilders:
    - name: llmchain
      path: "/opt/builder"
      propagateEnvironment:
        - LLMCHAIN_CHAINCODE_CONNECTION

  installTimeout: 300s
`);
});

test('a sample of another form is refused rather than half changed', () => {
  expect(() => renderCoreConfig('vm:\n  endpoint: tcp://elsewhere\n')).toThrow('3.1');
});

test('peers share no address and no folder', () => {
  const environments = topology.members.map((member) => peerEnvironment(topology, member, layout));
  for (const name of [
    'CORE_PEER_LISTENADDRESS',
    'CORE_PEER_ADDRESS',
    'CORE_PEER_CHAINCODELISTENADDRESS',
    'CORE_OPERATIONS_LISTENADDRESS',
    'CORE_PEER_FILESYSTEMPATH',
    'CORE_LEDGER_SNAPSHOTS_ROOTDIR',
  ])
    expect(new Set(environments.map((environment) => environment[name])).size).toBe(4);
  expect(environments[0]).toMatchObject({
    CORE_PEER_LISTENADDRESS: '127.0.0.1:8151',
    CORE_PEER_ADDRESS: 'localhost:8151',
    CORE_PEER_GOSSIP_EXTERNALENDPOINT: 'localhost:8151',
    CORE_PEER_GOSSIP_RECONNECTINTERVAL: '2s',
    CORE_PEER_TLS_ENABLED: 'true',
    CORE_LEDGER_STATE_STATEDATABASE: 'goleveldb',
  });
});

test('orderers speak TLS to all and mutual TLS to administrators', () => {
  expect(ordererEnvironment(topology.members[2]!, layout)).toMatchObject({
    ORDERER_GENERAL_LISTENADDRESS: '127.0.0.1',
    ORDERER_GENERAL_LISTENPORT: '8350',
    ORDERER_GENERAL_LOCALMSPID: 'LabMSP',
    ORDERER_GENERAL_TLS_ENABLED: 'true',
    ORDERER_GENERAL_CLUSTER_REPLICATIONPOLICY: 'consensus',
    ORDERER_ADMIN_TLS_CLIENTAUTHREQUIRED: 'true',
    ORDERER_ADMIN_TLS_CLIENTROOTCAS: '[/home/x/members/lab/ca/tls-ca.pem]',
    ORDERER_CONSENSUS_WALDIR: '/home/x/data/orderer-lab/wal',
    ORDERER_CHANNELPARTICIPATION_ENABLED: 'true',
  });
});
