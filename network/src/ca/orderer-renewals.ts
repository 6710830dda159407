import { readFile } from 'node:fs/promises';
import { expiresWithin, type Credential } from '@llmchain/ca-client';
import { namesConsenter, withConsenter } from '../fabric/channel-config';
import type { ChannelConfiguration } from '../fabric/channel-configuration';
import type { KeyPairFiles, Layout } from '../topology/layout';
import type { Member, Topology } from '../topology/topology';
import type { CertificateAuthorities } from './certificate-authorities';
import { finishRenewal, prepareRenewal, preparedRenewal, readCredential } from './credential-files';
import { RENEWED_BEFORE_END, wanted } from './enrolments';
import { holdersOf, isPinned, type Holder } from './holders';

interface Prepared {
  readonly identity: Credential;
  readonly tls: Credential;
}

/**
 * Renewal of the certificates that the channel's configuration names: those of its consenters. Each step can be cut
 * off and taken up again: new credentials are kept beside the old, the channel learns of them by an update that a
 * majority of the members' administrators sign, then they take the place of the old and the orderer starts anew.
 * SmartBFT stands one consenter without a good certificate, so that orderers are renewed one after the other.
 */
export class OrdererRenewals {
  constructor(
    private readonly options: {
      readonly topology: Topology;
      readonly layout: Layout;
      /** Milliseconds before the end of a certificate at which it is renewed. */
      readonly renewedBeforeEnd?: number;
    },
    private readonly dependencies: {
      readonly authorities: CertificateAuthorities;
      readonly configuration: ChannelConfiguration;
    },
  ) {}

  /** Whose orderer's certificates near their end, or were being renewed when that was cut off. */
  async due(): Promise<Member[]> {
    const { topology, renewedBeforeEnd = RENEWED_BEFORE_END } = this.options;
    const ending = await Promise.all(
      topology.members.map(async (member) => {
        const each = await Promise.all(
          this.#files(member).map(
            async (files) =>
              (await preparedRenewal(files)) !== undefined ||
              expiresWithin(await readFile(files.certificate, 'utf8'), renewedBeforeEnd),
          ),
        );
        return each.includes(true);
      }),
    );
    return topology.members.filter((_, index) => ending[index]);
  }

  /**
   * Gives a member's orderer new keys and certificates, with which it has to be started anew.
   * @throws {LlmchainError} `unavailable` where the authority does not answer
   * @throws {NetworkError} `command_failed` where the orderers refuse the update
   */
  async renew(member: Member): Promise<void> {
    const [identity, tls] = await Promise.all(this.#holders(member).map((holder) => this.#prepare(member, holder)));
    if (identity === undefined || tls === undefined) return;
    await this.dependencies.configuration.change(this.#majority(member), (config) =>
      namesConsenter(config, member.mspId, certificatesOf({ identity, tls }))
        ? undefined
        : withConsenter(config, member.mspId, certificatesOf({ identity, tls })),
    );
    await this.#finish(member);
  }

  /**
   * Finishes a renewal that was cut off after the channel had learnt of it: with its former certificates the orderer is
   * no consenter any more.
   * @returns whether there was one
   */
  async settle(member: Member): Promise<boolean> {
    const [identity, tls] = await Promise.all(this.#files(member).map(preparedRenewal));
    if (identity === undefined || tls === undefined) return false;
    const { config } = await this.dependencies.configuration.read(member);
    if (!namesConsenter(config, member.mspId, certificatesOf({ identity, tls }))) return false;
    await this.#finish(member);
    return true;
  }

  /** The new credential of a holder, from an earlier attempt where there was one. */
  async #prepare(member: Member, holder: Holder): Promise<Credential> {
    const prepared = await preparedRenewal(holder.files);
    if (prepared !== undefined) return prepared;
    const ca = await this.dependencies.authorities.client(member, holder.purpose);
    const renewed = await ca.reenrol(await readCredential(holder.files), wanted(holder));
    await prepareRenewal(holder.files, renewed);
    return renewed;
  }

  async #finish(member: Member): Promise<void> {
    for (const files of this.#files(member)) await finishRenewal(files);
  }

  /** Members whose administrators are a majority: what an update of the consenters needs. */
  #majority(member: Member): [Member, ...Member[]] {
    const { members } = this.options.topology;
    const others = members.filter(({ name }) => name !== member.name);
    return [member, ...others.slice(0, Math.floor(members.length / 2))];
  }

  #files(member: Member): KeyPairFiles[] {
    return this.#holders(member).map(({ files }) => files);
  }

  /** Who signs blocks, then who secures the connections. */
  #holders(member: Member): Holder[] {
    const pinned = holdersOf(member, this.options.layout).filter(isPinned);
    return [...pinned].sort((left, right) => left.purpose.localeCompare(right.purpose));
  }
}

function certificatesOf({ identity, tls }: Prepared): { identity: string; tls: string } {
  return { identity: identity.certificate, tls: tls.certificate };
}
