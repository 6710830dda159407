import { revokedSerials, type CaClient, type Credential } from '@llmchain/ca-client';
import { LlmchainError } from '@llmchain/protocol';
import { revocationLists, withRevocationLists } from '../fabric/channel-config';
import type { ChannelConfiguration } from '../fabric/channel-configuration';
import type { Layout } from '../topology/layout';
import type { Member } from '../topology/topology';
import { readRegistrar, type CertificateAuthorities } from './certificate-authorities';
import { mergedRevocationLists, newlyRevoked } from './revocation-lists';

/** What of a member's revocations the channel knows. */
export interface PublishedRevocations {
  /** How many certificates are taken back in all. */
  readonly revoked: number;
  /** How many of them the channel learnt of just now. */
  readonly published: number;
}

/**
 * Certificates that members take back. fabric-ca refuses to renew them, but peers and orderers go by the channel's
 * configuration: they refuse them once it holds the authority's revocation list.
 */
export class Revocations {
  constructor(
    private readonly options: { readonly layout: Layout },
    private readonly dependencies: {
      readonly authorities: CertificateAuthorities;
      readonly configuration: ChannelConfiguration;
    },
  ) {}

  /**
   * Takes back all certificates of a holder, if one is named, and tells the channel of everything that the member has
   * taken back. What is known already makes no block.
   * @param holder id of the identity at the member's authority
   * @throws {LlmchainError} `unavailable` where the authority does not answer
   * @throws {NetworkError} `command_failed` where the orderers refuse the update
   */
  async publish(member: Member, holder?: string): Promise<PublishedRevocations> {
    const { ca, registrar } = await this.#registrar(member);
    if (holder !== undefined) await revoke(ca, registrar, holder);
    const list = await ca.revocationList(registrar);
    const revoked = revokedSerials(list);
    if (revoked.size === 0) return { revoked: 0, published: 0 };
    let published = 0;
    await this.dependencies.configuration.change([member], (config) => {
      const known = revocationLists(config, member.mspId);
      const lists = mergedRevocationLists(known, list);
      if (lists === undefined) return undefined;
      published = newlyRevoked(known, list);
      return withRevocationLists(config, member.mspId, lists);
    });
    return { revoked: revoked.size, published };
  }

  async #registrar(member: Member): Promise<{ ca: CaClient; registrar: Credential }> {
    const ca = await this.dependencies.authorities.client(member, 'identity');
    const { id, secret } = await readRegistrar(this.options.layout.member(member.name).registrar.ca);
    return { ca, registrar: await ca.enrol(id, secret) };
  }
}

/** A key whose holder was never enrolled has nothing to take back. */
async function revoke(ca: CaClient, registrar: Credential, holder: string): Promise<void> {
  try {
    await ca.revoke(registrar, holder, 'cessationofoperation');
  } catch (error) {
    if (!(error instanceof LlmchainError) || error.code !== 'not_found') throw error;
  }
}
