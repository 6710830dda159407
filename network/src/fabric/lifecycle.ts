import type { Programs } from '../programs/programs';
import type { Layout } from '../topology/layout';
import { address, type Member, type Topology } from '../topology/topology';
import { PeerCommand } from './peer-command';

/** Version and sequence of the chaincode's definition; its code can change without them. */
const DEFINITION = { version: '1', sequence: 1 };

/** One member's administration of its peer, through the `peer` program. Every step may be repeated. */
export class Lifecycle {
  readonly #peer: PeerCommand;

  constructor(
    private readonly options: {
      readonly topology: Topology;
      readonly member: Member;
      readonly signal?: AbortSignal | undefined;
    },
    private readonly dependencies: { readonly layout: Layout; readonly programs: Programs },
  ) {
    this.#peer = new PeerCommand(options, dependencies);
  }

  /** Joins the peer to the channel. @param genesis file of its first block */
  async join(genesis: string): Promise<void> {
    await this.#peer.succeed(['channel', 'join', '-b', genesis], /already exists/);
  }

  /** @param file the chaincode package */
  async install(file: string): Promise<void> {
    await this.#peer.succeed(['lifecycle', 'chaincode', 'install', file], /already successfully installed/);
  }

  /** Approves the definition, under the channel's default endorsement policy, for this member. */
  async approve(packageId: string): Promise<void> {
    await this.#peer.succeed(
      ['lifecycle', 'chaincode', 'approveformyorg', ...this.#definition(), '--package-id', packageId],
      /unchanged content/,
    );
  }

  /** Commits the definition that a majority of `members` has approved. */
  async commit(members: readonly Member[]): Promise<void> {
    const { layout } = this.dependencies;
    const endorsers = members.flatMap((member) => [
      '--peerAddresses',
      address(member.ports.peer),
      '--tlsRootCertFiles',
      layout.member(member.name).tlsCa.certificate,
    ]);
    await this.#peer.succeed(['lifecycle', 'chaincode', 'commit', ...this.#definition(), ...endorsers]);
  }

  /** Whether the definition is committed on the channel. */
  async isCommitted(): Promise<boolean> {
    const { channel, chaincode } = this.options.topology;
    const args = ['lifecycle', 'chaincode', 'querycommitted', '-C', channel, '--name', chaincode, '-O', 'json'];
    const result = await this.#peer.run(args);
    if (result.status === 0) return true;
    if (/not defined/.test(result.stderr)) return false;
    throw this.#peer.failure(args, result);
  }

  #definition(): string[] {
    const { topology, member } = this.options;
    return [
      ...['-C', topology.channel, '--name', topology.chaincode],
      ...['--version', DEFINITION.version, '--sequence', String(DEFINITION.sequence)],
      ...this.#peer.orderer(member),
    ];
  }
}

/**
 * Has every member approve the definition of a package that its peer has, and commits it; one that is committed stays as it is.
 * @param lifecycleOf each member's administration, which says of which chaincode on which channel
 */
export async function defineChaincode(
  members: readonly Member[],
  packageId: string,
  lifecycleOf: (member: Member) => Lifecycle,
): Promise<void> {
  const first = lifecycleOf(members[0]!);
  if (await first.isCommitted()) return;
  await Promise.all(members.map((member) => lifecycleOf(member).approve(packageId)));
  await first.commit(members);
}
