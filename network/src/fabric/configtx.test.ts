import { layoutOf } from '../topology/layout';
import { topologyOf } from '../topology/topology';
import { PROFILE, renderConfigtx } from './configtx';

const profile = (
  JSON.parse(renderConfigtx(topologyOf(8000), layoutOf('/home/x'))) as {
    Profiles: Record<string, Record<string, never>>;
  }
).Profiles[PROFILE] as Record<string, unknown>;

test('SmartBFT with four consenters that cut a block every 250 ms', () => {
  expect(profile['Capabilities']).toEqual({ V3_0: true });
  expect(profile['Orderer']).toMatchObject({
    OrdererType: 'BFT',
    Capabilities: { V2_0: true },
    SmartBFT: { RequestBatchMaxInterval: '250ms', LeaderHeartbeatTimeout: '4s', SpeedUpViewChange: true },
    Policies: { BlockValidation: { Type: 'ImplicitMeta', Rule: 'ANY Writers' } },
  });
  expect((profile['Orderer'] as { ConsenterMapping: unknown[] }).ConsenterMapping[1]).toEqual({
    ID: 2,
    Host: 'localhost',
    Port: 8250,
    MSPID: 'ArchiveMSP',
    Identity: '/home/x/members/archive/msp/orderer/signcerts/certificate.pem',
    ClientTLSCert: '/home/x/members/archive/tls/orderer.pem',
    ServerTLSCert: '/home/x/members/archive/tls/orderer.pem',
  });
});

test('a majority of members endorses, defines chaincode and administers', () => {
  expect(profile['Application']).toMatchObject({
    Capabilities: { V2_5: true },
    Policies: {
      Endorsement: { Type: 'ImplicitMeta', Rule: 'MAJORITY Endorsement' },
      LifecycleEndorsement: { Type: 'ImplicitMeta', Rule: 'MAJORITY Endorsement' },
      Admins: { Type: 'ImplicitMeta', Rule: 'MAJORITY Admins' },
    },
  });
});

test('members endorse with peers only, and each has an anchor peer', () => {
  expect((profile['Application'] as { Organizations: unknown[] }).Organizations[0]).toEqual({
    Name: 'GuildMSP',
    ID: 'GuildMSP',
    MSPDir: '/home/x/members/guild/msp/channel',
    Policies: {
      Readers: { Type: 'Signature', Rule: "OR('GuildMSP.admin','GuildMSP.peer','GuildMSP.client')" },
      Writers: { Type: 'Signature', Rule: "OR('GuildMSP.admin','GuildMSP.client')" },
      Admins: { Type: 'Signature', Rule: "OR('GuildMSP.admin')" },
      Endorsement: { Type: 'Signature', Rule: "OR('GuildMSP.peer')" },
    },
    AnchorPeers: [{ Host: 'localhost', Port: 8151 }],
  });
});

test('a channel of Raft has the same members as consenters, under the settings it is given', () => {
  const ordering = {
    OrdererType: 'etcdraft',
    BatchTimeout: '2s',
    BatchSize: { MaxMessageCount: 500, AbsoluteMaxBytes: '10 MB', PreferredMaxBytes: '2 MB' },
  } as const;
  const { Profiles } = JSON.parse(renderConfigtx(topologyOf(8000), layoutOf('/home/x'), ordering)) as {
    Profiles: Record<string, { Orderer: { EtcdRaft: { Consenters: unknown[] } }; Application: unknown }>;
  };
  const { Orderer, Application } = Profiles[PROFILE]!;
  expect(Orderer).toMatchObject(ordering);
  expect(Orderer).not.toHaveProperty('SmartBFT');
  expect(Orderer).not.toHaveProperty('ConsenterMapping');
  expect(Orderer.EtcdRaft.Consenters).toHaveLength(4);
  expect(Orderer.EtcdRaft.Consenters[1]).toEqual({
    Host: 'localhost',
    Port: 8250,
    ClientTLSCert: '/home/x/members/archive/tls/orderer.pem',
    ServerTLSCert: '/home/x/members/archive/tls/orderer.pem',
  });
  expect(Application).toEqual(profile['Application']);
});
