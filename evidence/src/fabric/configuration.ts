import * as common from '@hyperledger/fabric-protos/lib/common/common_pb';
import * as settings from '@hyperledger/fabric-protos/lib/common/configuration_pb';
import * as configtx from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import * as membership from '@hyperledger/fabric-protos/lib/msp/msp_config_pb';
import { fromBase64 } from '../bytes';
import type { BlockEvidence } from '../bundle/schema';
import { demand } from '../refusal';
import { Certificate } from '../x509/certificate';
import { Authorities } from '../x509/membership';
import { RevocationList } from '../x509/revocation';
import { canonicalMessage } from './message';
import { timeOf } from './time';

export interface Consenter {
  id: number;
  member: string;
  /** PEM. */
  certificate: Uint8Array;
}

/** What one configuration block says of who may sign what. */
export interface Configuration {
  /** Number of its block. */
  block: number;
  channel: string;
  /** How many configurations came before it. */
  sequence: number;
  /** Milliseconds since the Unix epoch, as the proposer said. */
  time: number;
  consenters: readonly Consenter[];
  /** How many consenters have to sign a block. */
  quorum: number;
  /** By MSP id: who runs peers and proposes, and who runs orderers. */
  members: ReadonlyMap<string, Authorities>;
  orderers: ReadonlyMap<string, Authorities>;
}

/** Of n parties, how many may be dishonest: ⌊(n − 1)/3⌋. */
export function tolerated(parties: number): number {
  return Math.floor((parties - 1) / 3);
}

/** SmartBFT's quorum, ⌈(n + f + 1)/2⌉: any two share an honest consenter (Fabric, `policies.ComputeBFTQuorum`). */
export function quorumOf(consenters: number): number {
  return Math.ceil((consenters + tolerated(consenters) + 1) / 2);
}

/**
 * Reads a configuration block. Its maps have no fixed order, so that below its envelope the block's data hash alone
 * guards its form.
 * @throws {Error} when it is no configuration of a channel with SmartBFT consenters
 */
export function readConfiguration(block: BlockEvidence): Configuration {
  demand(block.data.length === 1, 'a configuration block holds one envelope');
  const envelope = canonicalMessage(common.Envelope, fromBase64(block.data[0]!), 'configuration envelope');
  const payload = canonicalMessage(common.Payload, envelope.getPayload_asU8(), 'configuration payload');
  const header = canonicalMessage(
    common.ChannelHeader,
    payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array(),
    'channel header',
  );
  demand(header.getType() === common.HeaderType.CONFIG, `block ${block.number} is no configuration block`);
  const config = configtx.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig();
  const channel = config?.getChannelGroup();
  const ordering = groupOf(channel, 'Orderer');
  const consenters = settings.Orderers.deserializeBinary(valueOf(ordering, 'Orderers'))
    .getConsenterMappingList()
    .map((each) => ({ id: each.getId(), member: each.getMspId(), certificate: each.getIdentity_asU8() }));
  demand(consenters.length > 0, 'the configuration names no consenters');
  demand(new Set(consenters.map(({ id }) => id)).size === consenters.length, 'a consenter has the number of another');
  return {
    block: block.number,
    channel: header.getChannelId(),
    sequence: config?.getSequence() ?? 0,
    time: timeOf(header.getTimestamp()),
    consenters,
    quorum: quorumOf(consenters.length),
    members: authoritiesOf(groupOf(channel, 'Application')),
    orderers: authoritiesOf(ordering),
  };
}

function groupOf(group: configtx.ConfigGroup | undefined, name: string): configtx.ConfigGroup {
  const found = group?.getGroupsMap().get(name);
  demand(found !== undefined, `the configuration has no group ${name}`);
  return found;
}

function valueOf(group: configtx.ConfigGroup, name: string): Uint8Array {
  const found = group.getValuesMap().get(name);
  demand(found !== undefined, `the configuration has no value ${name}`);
  return found.getValue_asU8();
}

function authoritiesOf(group: configtx.ConfigGroup): Map<string, Authorities> {
  const found = new Map<string, Authorities>();
  for (const [, organisation] of group.getGroupsMap().entries()) {
    const settings = membership.FabricMSPConfig.deserializeBinary(
      membership.MSPConfig.deserializeBinary(valueOf(organisation, 'MSP')).getConfig_asU8(),
    );
    const member = settings.getName();
    demand(!found.has(member), `${member} stands twice in the configuration`);
    const units = settings.getFabricNodeOus();
    const authorities = new Authorities({
      member,
      roots: settings.getRootCertsList_asU8().map((pem) => Certificate.of(pem)),
      intermediates: settings.getIntermediateCertsList_asU8().map((pem) => Certificate.of(pem)),
      revocations: settings.getRevocationListList_asU8().map((pem) => new RevocationList(pem)),
      peerUnit: units?.getEnable()
        ? units.getPeerOuIdentifier()?.getOrganizationalUnitIdentifier() || undefined
        : undefined,
    });
    found.set(member, authorities);
  }
  return found;
}
