import { NetworkError } from '../errors';
import { run, type RunResult } from '../processes/run';
import type { Programs } from '../programs/programs';
import type { Layout } from '../topology/layout';
import { address, type Member, type Topology } from '../topology/topology';

/** Version and sequence of the chaincode's definition; its code can change without them. */
const DEFINITION = { version: '1', sequence: 1 };

/** One member's administration of its peer, through the `peer` program. Every step may be repeated. */
export class Lifecycle {
  constructor(
    private readonly options: {
      readonly topology: Topology;
      readonly member: Member;
      readonly signal?: AbortSignal | undefined;
    },
    private readonly dependencies: { readonly layout: Layout; readonly programs: Programs },
  ) {}

  /** Joins the peer to the channel. */
  async join(): Promise<void> {
    await this.#peer(['channel', 'join', '-b', this.dependencies.layout.fabric.genesis], /already exists/);
  }

  /** @param file the chaincode package */
  async install(file: string): Promise<void> {
    await this.#peer(['lifecycle', 'chaincode', 'install', file], /already successfully installed/);
  }

  /** Approves the definition, under the channel's default endorsement policy, for this member. */
  async approve(packageId: string): Promise<void> {
    await this.#peer(
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
    await this.#peer(['lifecycle', 'chaincode', 'commit', ...this.#definition(), ...endorsers]);
  }

  /** Whether the definition is committed on the channel. */
  async isCommitted(): Promise<boolean> {
    const { channel, chaincode } = this.options.topology;
    const args = ['lifecycle', 'chaincode', 'querycommitted', '-C', channel, '--name', chaincode, '-O', 'json'];
    const result = await this.#run(args);
    if (result.status === 0) return true;
    if (/not defined/.test(result.stderr)) return false;
    throw this.#failure(args, result);
  }

  #definition(): string[] {
    const { topology, member } = this.options;
    const orderer = [
      '-o',
      address(member.ports.orderer),
      '--tls',
      '--cafile',
      this.dependencies.layout.member(member.name).tlsCa.certificate,
    ];
    return [
      ...['-C', topology.channel, '--name', topology.chaincode],
      ...['--version', DEFINITION.version, '--sequence', String(DEFINITION.sequence)],
      ...orderer,
    ];
  }

  async #peer(args: readonly string[], alreadyDone?: RegExp): Promise<void> {
    const result = await this.#run(args);
    if (result.status !== 0 && alreadyDone?.test(result.stderr) !== true) throw this.#failure(args, result);
  }

  #run(args: readonly string[]): Promise<RunResult> {
    const { member, signal } = this.options;
    const { layout, programs } = this.dependencies;
    const files = layout.member(member.name);
    const env = {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      FABRIC_CFG_PATH: layout.fabric.peerConfig,
      FABRIC_LOGGING_SPEC: 'error',
      CORE_PEER_LOCALMSPID: member.mspId,
      CORE_PEER_ADDRESS: address(member.ports.peer),
      CORE_PEER_TLS_ENABLED: 'true',
      CORE_PEER_TLS_ROOTCERT_FILE: files.tlsCa.certificate,
      CORE_PEER_MSPCONFIGPATH: files.msp.admin,
    };
    return run(programs.peer, args, { cwd: files.folder, env, signal });
  }

  #failure(args: readonly string[], result: RunResult): NetworkError {
    const command = `peer ${args.slice(0, 3).join(' ')}`;
    return new NetworkError(
      'command_failed',
      `${command} of ${this.options.member.name} failed:\n${result.stderr.slice(-2000)}`,
      {
        command,
        status: result.status,
      },
    );
  }
}
