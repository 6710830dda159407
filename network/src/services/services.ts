import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { socketFolderOf, writeJson } from '../files';
import { request } from '../fabric/http';
import { NODE_OPTIONS } from '../fabric/chaincode';
import { accepts } from '../processes/ports';
import type { Processes, ProcessSpec } from '../processes/processes';
import { assertBuilt, codeRevision, contentRevision } from '../processes/revision';
import { until } from '../processes/until';
import type { KeyPairFiles, Layout } from '../topology/layout';
import { processName, workerProcessName } from '../topology/process-names';
import { gatewayUrl, type Member, type Topology, type WorkerPlace } from '../topology/topology';
import { gatewayConfig, workerConfig } from './configs';

export interface ServicesOptions {
  readonly topology: Topology;
  readonly layout: Layout;
  readonly signal?: AbortSignal | undefined;
}

/** The programs of ours that each member runs: its gateway and its workers. */
export class Services {
  constructor(
    private readonly options: ServicesOptions,
    private readonly dependencies: { readonly processes: Processes },
  ) {}

  /**
   * Sees to it that the member's gateway runs and answers as ready.
   * @param main the gateway's main file
   * @throws {NetworkError} `not_built`
   */
  async gateway(member: Member, main: string): Promise<void> {
    const { topology, layout } = this.options;
    const files = layout.member(member.name);
    const config = files.gatewayConfig;
    await writeJson(config, gatewayConfig(topology, member, layout));
    await this.#ensure(
      nodeSpec(processName('gateway', member), main, config, [files.tls.gateway, files.identity.gateway]),
      async () => (await request(`${gatewayUrl(member)}/readyz`)).status === 200,
    );
  }

  /**
   * Sees to it that one of the member's workers runs and accepts connections.
   * @param main the worker's main file
   * @throws {NetworkError} `not_built`
   */
  async worker(member: Member, worker: WorkerPlace, main: string): Promise<void> {
    const { topology, layout } = this.options;
    const files = layout.member(member.name).worker(worker);
    await socketFolderOf(files.verifierSocket);
    for (const folder of [files.models, files.outbox, files.verdicts])
      await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeJson(files.config, workerConfig(topology, member, worker, layout));
    await this.#ensure(
      nodeSpec(workerProcessName(member, worker), main, files.config, [files.tls, files.identity]),
      () => accepts(worker.port),
    );
  }

  async #ensure(spec: ProcessSpec, isReady: () => Promise<boolean>): Promise<void> {
    const { processes } = this.dependencies;
    await processes.ensure(spec);
    await until(spec.name, isReady, { check: () => processes.assertAlive(spec.name), signal: this.options.signal });
  }
}

/** @param credentials what the program presents: it is started anew when they are renewed */
function nodeSpec(name: string, main: string, config: string, credentials: readonly KeyPairFiles[]): ProcessSpec {
  const settings = contentRevision([config, ...credentials.map(({ certificate }) => certificate)]);
  return {
    name,
    command: process.execPath,
    args: [assertBuilt(main)],
    env: { LLMCHAIN_CONFIG: config, NODE_OPTIONS },
    cwd: path.dirname(config),
    revision: `${codeRevision(main)}-${settings}`,
  };
}
