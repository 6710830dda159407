import path from 'node:path';
import { NetworkError } from './errors';
import { writeFileAtomic } from './files';
import { chaincodeServerSpec, updateConnections } from './fabric/chaincode';
import { createChaincodePackage } from './fabric/chaincode-package';
import { createFirstBlock } from './fabric/genesis';
import { defineChaincode, Lifecycle } from './fabric/lifecycle';
import { isLeader, ledgerHeight } from './fabric/operations';
import type { Ordering } from './fabric/ordering';
import { ChannelParticipation } from './fabric/participation';
import { existingTopology } from './home';
import { inTurn } from './processes/lock';
import { accepts } from './processes/ports';
import { Processes } from './processes/processes';
import { assertBuilt } from './processes/revision';
import { ProcessState } from './processes/state';
import { until } from './processes/until';
import { programs, type Programs } from './programs/programs';
import type { Report } from './report';
import { layoutOf, type Layout } from './topology/layout';
import type { Member, Topology } from './topology/topology';

/** What names of channels, and of packages of chaincode, are made of, and cannot lead out of a folder. */
const NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** A chaincode that every peer has and whose server every member runs. */
export interface InstalledChaincode {
  readonly name: string;
  readonly packageId: string;
}

/**
 * What a benchmark or a drill adds to a consortium that runs: a chaincode beside the consortium's own, and channels beside
 * its own with the same members, orderers and peers. All of it is gone after `reset`; after `down` the chaincode's servers
 * stay down.
 */
export class Annex {
  constructor(
    private readonly topology: Topology,
    private readonly dependencies: {
      readonly layout: Layout;
      readonly programs: Programs;
      readonly processes: Processes;
    },
  ) {}

  /**
   * The annex of the consortium in a home.
   * @throws {NetworkError} `home_invalid` where there is none, `missing_program`
   */
  static async of(
    options: { readonly home: string; readonly fabricBin?: string | undefined },
    { report }: { readonly report: Report },
  ): Promise<Annex> {
    const { home, fabricBin } = options;
    const layout = layoutOf(path.resolve(home));
    const topology = await existingTopology(layout);
    const { logs, state } = layout;
    const log = (name: string): string => layout.log(name);
    const processes = new Processes({ logs, log }, { state: new ProcessState({ file: state }) });
    const found = await programs({ report, ...(fabricBin && { fabricBin }) });
    return new Annex(topology, { layout, programs: found, processes });
  }

  /**
   * Starts a server of a chaincode at every member and installs its package at every peer. There is room for one.
   * @param chaincode its name, and the main file of its server, which takes the options of `fabric-chaincode-node server`
   * with its keys as PEM
   * @throws {NetworkError} `invalid_argument`, `not_built`, `start_failed`, `command_failed`
   */
  async install({ name, main }: { readonly name: string; readonly main: string }): Promise<InstalledChaincode> {
    assertName(name, this.topology.chaincode);
    assertBuilt(main);
    const label = `${name}_1`;
    const { bytes, id: packageId } = await createChaincodePackage(label);
    return this.#inTurn(async () => {
      const { layout, processes } = this.dependencies;
      const file = path.join(layout.fabric.folder, `${label}.tar.gz`);
      await writeFileAtomic(file, bytes);
      await this.#each(async (member) => {
        const process = `chaincode-${name}-${member.name}`;
        const port = member.ports.annex;
        await processes.ensure(chaincodeServerSpec(member, layout, { name: process, main, packageId, port, env: {} }));
        await this.#lifecycle(member, this.topology).install(file);
        await updateConnections(member, layout, { label, port });
        await until(`the chaincode server ${process}`, () => accepts(port), {
          check: () => processes.assertAlive(process),
        });
      });
      return { name, packageId };
    });
  }

  /**
   * Opens a channel of all members' orderers and peers.
   * @throws {NetworkError} `invalid_argument`, `command_failed`
   */
  async open(name: string, ordering: Ordering): Promise<void> {
    assertName(name, this.topology.channel);
    const topology = { ...this.topology, channel: name };
    await this.#inTurn(async () => {
      const { layout, programs: found } = this.dependencies;
      const configtx = path.join(layout.fabric.folder, 'channels', name);
      const genesis = path.join(configtx, 'genesis.block');
      const block = await createFirstBlock({ topology, layout, ordering }, { configtx, genesis }, found);
      await this.#each((member) => new ChannelParticipation({ topology, member }, { layout }).join(block));
      await until(`a leader of ${name}`, async () =>
        (await Promise.all(topology.members.map((member) => isLeader(topology, member)))).includes(true),
      );
      await this.#each(async (member) => {
        await this.#lifecycle(member, topology).join(genesis);
        await until(`${member.name}'s peer on ${name}`, () => ledgerHeight(topology, member));
      });
    });
  }

  /**
   * Defines a chaincode on a channel, by default the consortium's own, under the channel's endorsement policy.
   * @throws {NetworkError} `command_failed`
   */
  async define({ name, packageId }: InstalledChaincode, channel: string = this.topology.channel): Promise<void> {
    const topology = { ...this.topology, channel, chaincode: name };
    await this.#inTurn(() =>
      defineChaincode(topology.members, packageId, (member) => this.#lifecycle(member, topology)),
    );
  }

  #lifecycle(member: Member, topology: Topology): Lifecycle {
    return new Lifecycle({ topology, member }, this.dependencies);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    return inTurn(this.dependencies.layout.lock, work);
  }

  async #each(work: (member: Member) => Promise<unknown>): Promise<void> {
    await Promise.all(this.topology.members.map(work));
  }
}

/** @throws {NetworkError} `invalid_argument` */
function assertName(name: string, taken: string): void {
  if (NAME.test(name) && name !== taken) return;
  throw new NetworkError(
    'invalid_argument',
    `"${name.slice(0, 60)}" names nothing that can be added: take lower-case letters, digits and "-", from a letter, 40 at most, and not "${taken}"`,
    { name: name.slice(0, 60) },
  );
}
