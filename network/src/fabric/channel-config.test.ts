import {
  ConfigBlock,
  namesConsenter,
  revocationLists,
  withConsenter,
  withRevocationLists,
  type ChannelConfig,
} from './channel-config';

const organisation = (name: string, revocation_list?: string[] | null) => ({
  mod_policy: 'Admins',
  values: {
    MSP: { mod_policy: 'Admins', value: { type: 0, config: { name, root_certs: ['cm9vdA=='], revocation_list } } },
    AnchorPeers: { version: '3' },
  },
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const consenter = (msp_id: string, index: number) => ({
  id: index + 1,
  msp_id,
  identity: base64(`identity of ${msp_id}`),
  client_tls_cert: base64(`tls of ${msp_id}`),
  server_tls_cert: base64(`tls of ${msp_id}`),
});
const identities = ['GuildMSP', 'LabMSP'].map((mspid) => ({
  principal: { mspid, id_bytes: base64(`identity of ${mspid}`) },
  principal_classification: 'IDENTITY',
}));

const block = {
  header: { number: '7', data_hash: 'AA==' },
  data: {
    data: [
      {
        payload: {
          data: {
            config: {
              sequence: '2',
              channel_group: {
                version: '1',
                groups: {
                  Application: { groups: { GuildMSP: organisation('GuildMSP'), LabMSP: organisation('LabMSP', null) } },
                  Orderer: {
                    groups: {
                      'GuildMSP-orderer': organisation('GuildMSP'),
                      'LabMSP-orderer': organisation('LabMSP'),
                    },
                    values: { Orderers: { value: { consenter_mapping: ['GuildMSP', 'LabMSP'].map(consenter) } } },
                    policies: {
                      BlockValidation: { mod_policy: 'Admins', policy: { type: 1, value: { identities, rule: {} } } },
                    },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};

const config = (): ChannelConfig => ConfigBlock.parse(block).data.data[0].payload.data.config;

test('revocation lists stand in both definitions of the member and nowhere else', () => {
  const changed = withRevocationLists(config(), 'GuildMSP', ['-----BEGIN X509 CRL-----\n', 'second']);
  expect(revocationLists(changed, 'GuildMSP')).toEqual(['-----BEGIN X509 CRL-----\n', 'second']);
  expect(revocationLists(changed, 'LabMSP')).toEqual([]);
  const { Application, Orderer } = changed.channel_group.groups;
  expect(Application.groups['GuildMSP']?.values.MSP).toEqual(Orderer.groups['GuildMSP-orderer']?.values.MSP);
});

test('everything else is carried along as it was, and the given configuration stays', () => {
  const before = config();
  const changed = withRevocationLists(before, 'GuildMSP', ['one']);
  expect(before).toEqual(config());
  expect(withRevocationLists(changed, 'GuildMSP', [])).toEqual(withRevocationLists(before, 'GuildMSP', []));
  expect(JSON.parse(JSON.stringify(before))).toEqual(
    JSON.parse(JSON.stringify(block.data.data[0]?.payload.data.config)),
  );
});

test('a consenter has its certificates in the mapping and in the policy of block signatures', () => {
  const before = config();
  expect(namesConsenter(before, 'LabMSP', { identity: 'identity of LabMSP', tls: 'tls of LabMSP' })).toBe(true);
  const renewed = { identity: 'new identity', tls: 'new tls' };
  const changed = withConsenter(before, 'LabMSP', renewed);
  expect(namesConsenter(changed, 'LabMSP', renewed)).toBe(true);
  expect(namesConsenter(changed, 'LabMSP', { ...renewed, tls: 'tls of LabMSP' })).toBe(false);
  expect(namesConsenter(changed, 'LabMSP', { ...renewed, identity: 'identity of LabMSP' })).toBe(false);
  const { values, policies } = changed.channel_group.groups.Orderer;
  expect(values.Orderers.value.consenter_mapping[0]).toEqual(consenter('GuildMSP', 0));
  expect(policies.BlockValidation.policy.value.identities).toEqual([
    identities[0],
    { principal: { mspid: 'LabMSP', id_bytes: base64('new identity') }, principal_classification: 'IDENTITY' },
  ]);
  expect(before).toEqual(config());
});

test('a member that the channel does not know has no lists', () => {
  expect(revocationLists(config(), 'NobodyMSP')).toEqual([]);
});
