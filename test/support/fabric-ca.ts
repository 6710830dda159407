import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CertificateAuthorities } from '../../network/src/ca/certificate-authorities';
import { createRoots } from '../../network/src/identities/identities';
import { isFree } from '../../network/src/processes/ports';
import { Processes } from '../../network/src/processes/processes';
import { ProcessState } from '../../network/src/processes/state';
import { fabricCaServer } from '../../network/src/programs/programs';
import { layoutOf, type Layout } from '../../network/src/topology/layout';
import { topologyOf, type Topology } from '../../network/src/topology/topology';

/** Time to build the server on a machine that has none yet, milliseconds. */
export const BUILDING = 600_000;

/** A real fabric-ca server with the authorities of a consortium whose identities are yet to be made. */
export class TestAuthorities {
  private constructor(
    readonly topology: Topology,
    readonly layout: Layout,
    readonly authorities: CertificateAuthorities,
  ) {}

  static async start(): Promise<TestAuthorities> {
    const server = await fabricCaServer();
    const topology = await freeTopology();
    const layout = layoutOf(await mkdtemp(join(tmpdir(), 'fabric-ca-')));
    await createRoots(topology, layout);
    const state = new ProcessState({ file: layout.state });
    const processes = new Processes({ logs: layout.logs, log: (name) => layout.log(name) }, { state });
    const dependencies = { processes, programs: { fabricCaServer: server } };
    const whole = new TestAuthorities(topology, layout, new CertificateAuthorities({ topology, layout }, dependencies));
    await whole.authorities.up();
    return whole;
  }

  async stop(): Promise<void> {
    await this.authorities.down();
    await rm(this.layout.home, { recursive: true, force: true });
  }
}

async function freeTopology(): Promise<Topology> {
  for (;;) {
    const topology = topologyOf(20_000 + 10 * Math.floor(Math.random() * 4_000));
    const ports = [topology.certificateAuthority, topology.certificateAuthorityOperations];
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return topology;
  }
}
