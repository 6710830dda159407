import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { MemberEndpoints } from '@llmchain/protocol';

/** A member as the others reach and know it. */
export interface KnownMember {
  readonly name: string;
  readonly mspId: string;
  /** Base of the API between members, `https://…`. */
  readonly peerApi: string;
  /** PEM. */
  readonly tlsRoot: string;
}

/** The consortium's members, and whose a TLS certificate is. */
export class MemberDirectory {
  readonly members: readonly KnownMember[];
  readonly #roots: readonly { mspId: string; root: X509Certificate }[];

  constructor(members: readonly KnownMember[]) {
    this.members = members;
    this.#roots = members.map(({ mspId, tlsRoot }) => ({ mspId, root: new X509Certificate(tlsRoot) }));
  }

  static async load(endpoints: readonly MemberEndpoints[]): Promise<MemberDirectory> {
    return new MemberDirectory(
      await Promise.all(
        endpoints.map(async ({ name, mspId, peerApi, tlsRoot }) => ({
          name,
          mspId,
          peerApi: peerApi.replace(/\/$/, ''),
          tlsRoot: await readFile(tlsRoot, 'utf8'),
        })),
      ),
    );
  }

  /** Every member's TLS root, PEM after PEM. */
  get roots(): Buffer {
    return Buffer.from(this.members.map(({ tlsRoot }) => tlsRoot.trim()).join('\n') + '\n');
  }

  find(mspId: string): KnownMember | undefined {
    return this.members.find((member) => member.mspId === mspId);
  }

  /** The members, this one first. */
  startingWith(mspId: string): KnownMember[] {
    return [...this.members].sort((a, b) => Number(b.mspId === mspId) - Number(a.mspId === mspId));
  }

  /**
   * MSP id of the member whose root signed the certificate: its signature decides, not a name in it.
   * @param certificate DER
   */
  memberOf(certificate: Uint8Array): string | undefined {
    const leaf = new X509Certificate(certificate);
    return this.#roots.find(({ root }) => leaf.checkIssued(root) && leaf.verify(root.publicKey))?.mspId;
  }
}
