import { NetworkError } from '../errors';
import { run, type RunResult } from '../processes/run';
import type { Programs } from '../programs/programs';
import type { Layout } from '../topology/layout';
import { address, type Member } from '../topology/topology';

/** The `peer` program in the name of a member's administrator, speaking to that member's peer. */
export class PeerCommand {
  constructor(
    private readonly options: { readonly member: Member; readonly signal?: AbortSignal | undefined },
    private readonly dependencies: { readonly layout: Layout; readonly programs: Pick<Programs, 'peer'> },
  ) {}

  /** Runs the program to its end, whatever that is. */
  run(args: readonly string[]): Promise<RunResult> {
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

  /**
   * As {@link run}, to a good end.
   * @param alreadyDone what it says when there was nothing left to do
   * @throws {NetworkError} `command_failed` with the end of what it said
   */
  async succeed(args: readonly string[], alreadyDone?: RegExp): Promise<void> {
    const result = await this.run(args);
    if (result.status !== 0 && alreadyDone?.test(result.stderr) !== true) throw this.failure(args, result);
  }

  failure(args: readonly string[], result: RunResult): NetworkError {
    const command = `peer ${args.slice(0, 3).join(' ')}`;
    return new NetworkError(
      'command_failed',
      `${command} of ${this.options.member.name} failed:\n${result.stderr.slice(-2000)}`,
      { command, status: result.status },
    );
  }

  /** Options by which the program speaks to a member's orderer. */
  orderer(member: Member): string[] {
    const { certificate } = this.dependencies.layout.member(member.name).tlsCa;
    return ['-o', address(member.ports.orderer), '--tls', '--cafile', certificate];
  }
}
