import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { readIfPresent, socketFolderOf, writeFileAtomic, writeJson } from '../files';
import { accepts } from '../processes/ports';
import type { Processes } from '../processes/processes';
import { until, type UntilOptions } from '../processes/until';
import type { Programs } from '../programs/programs';
import type { Layout } from '../topology/layout';
import { processName, type MemberProcess } from '../topology/process-names';
import type { Member, Topology } from '../topology/topology';
import { chaincodeSpec, writeChaincodeConnection } from './chaincode';
import { createChaincodePackage } from './chaincode-package';
import { renderCoreConfig } from './core-config';
import { defineChaincode, Lifecycle } from './lifecycle';
import { isHealthy, isLeader, ledgerHeight } from './operations';
import { ordererSpec } from './orderer';
import { ChannelParticipation } from './participation';
import { peerSpec } from './peer';

const Committed = z.strictObject({ packageId: z.string() });

export interface FabricNetworkOptions {
  readonly topology: Topology;
  readonly layout: Layout;
  readonly signal?: AbortSignal | undefined;
}

/** The ledger's programs: orderers, peers and chaincode servers. Every step leaves alone what is already as it should be. */
export class FabricNetwork {
  constructor(
    private readonly options: FabricNetworkOptions,
    private readonly dependencies: {
      readonly processes: Processes;
      readonly programs: Programs;
      /** Finishes the renewal of an orderer's certificates that the channel has learnt of, if there is one. */
      readonly renewals: { settle(member: Member): Promise<boolean> };
    },
  ) {}

  /** Starts the orderers and joins them to the channel. */
  async startOrderers(): Promise<void> {
    const { layout } = this.options;
    const { programs } = this.dependencies;
    const sample = await readFile(programs.sampleConfig.orderer, 'utf8');
    await writeFileAtomic(path.join(layout.fabric.ordererConfig, 'orderer.yaml'), sample);
    await this.#each((member) => this.startOrderer(member));
  }

  /** Starts a member's orderer and joins it to the channel, or starts it anew where its certificates are new. */
  async startOrderer(member: Member): Promise<void> {
    await this.#runOrderer(member);
    // One that went on under its former certificates, or began to again.
    if (await this.dependencies.renewals.settle(member)) await this.#runOrderer(member);
  }

  async #runOrderer(member: Member): Promise<void> {
    const { layout, topology } = this.options;
    const { programs, processes, renewals } = this.dependencies;
    await mkdir(layout.member(member.name).ordererData, { recursive: true, mode: 0o700 });
    await processes.ensure(ordererSpec(member, layout, programs));
    const wait = this.#waiting('orderer', member);
    await until(`the orderer of ${member.name}`, () => isHealthy(member.ports.ordererOperations), wait);
    const participation = new ChannelParticipation({ topology, member }, { layout });
    await until(`the administration of ${member.name}'s orderer`, () => accepts(member.ports.ordererAdmin), wait);
    await participation.join(await readFile(layout.fabric.genesis));
    await until(
      `${member.name}'s orderer on the channel`,
      async () => {
        if (await participation.isActive()) return true;
        // With its former certificates it is no consenter, once the channel has learnt of the new ones.
        if (await renewals.settle(member)) await processes.ensure(ordererSpec(member, layout, programs));
        return false;
      },
      wait,
    );
  }

  /** Starts the peers and joins them to the channel. */
  async startPeers(): Promise<void> {
    const { topology, layout } = this.options;
    const { programs, processes } = this.dependencies;
    const core = renderCoreConfig(await readFile(programs.sampleConfig.core, 'utf8'));
    await writeFileAtomic(path.join(layout.fabric.peerConfig, 'core.yaml'), core);
    await this.#each(async (member) => {
      await mkdir(layout.member(member.name).peerData, { recursive: true, mode: 0o700 });
      await writeChaincodeConnection(member, layout);
      await processes.ensure(peerSpec(topology, member, layout, programs));
      const wait = this.#waiting('peer', member);
      await until(`the peer of ${member.name}`, () => isHealthy(member.ports.peerOperations), wait);
      await until(`the service of ${member.name}'s peer`, () => accepts(member.ports.peer), wait);
      if ((await ledgerHeight(topology, member)) === undefined)
        await this.#lifecycle(member).join(layout.fabric.genesis);
      await until(`${member.name}'s peer on the channel`, () => ledgerHeight(topology, member), wait);
    });
  }

  /** @returns the member whose orderer leads the consensus */
  async leader(): Promise<Member> {
    const { topology, signal } = this.options;
    return until(
      'a leader of the orderers',
      async () => {
        const leading = await Promise.all(topology.members.map((member) => isLeader(topology, member)));
        return topology.members.find((member) => leading[member.index] === true);
      },
      { signal },
    );
  }

  /**
   * Starts the chaincode servers and, once, installs, approves and commits the chaincode.
   * @param folder the chaincode package
   */
  async startChaincode(folder: string): Promise<void> {
    const { layout } = this.options;
    const { processes } = this.dependencies;
    const package_ = await createChaincodePackage();
    await this.#each(async (member) => {
      await socketFolderOf(layout.member(member.name).worker(member.workers[0]).verifierSocket);
      await processes.ensure(chaincodeSpec(member, layout, folder, package_.id));
    });
    await this.#define(package_.id, package_.bytes);
    await this.#each(async (member) =>
      until(
        `the chaincode server of ${member.name}`,
        () => accepts(member.ports.chaincode),
        this.#waiting('chaincode', member),
      ),
    );
  }

  /**
   * Waits until every peer has the same number of blocks.
   * @returns that number
   */
  async equalHeight(): Promise<number> {
    const { topology, signal } = this.options;
    return until(
      'the same ledger at every peer',
      async () => {
        const heights = await Promise.all(topology.members.map((member) => ledgerHeight(topology, member)));
        return heights.every((height) => height === heights[0]) ? heights[0] : undefined;
      },
      { everyMs: 100, signal },
    );
  }

  async #define(packageId: string, bytes: Buffer): Promise<void> {
    const { topology, layout } = this.options;
    const { committed, package: file } = layout.fabric;
    const record = await readIfPresent(committed);
    if (record !== undefined && Committed.parse(JSON.parse(record)).packageId === packageId) return;
    await writeFileAtomic(file, bytes);
    await this.#each((member) => this.#lifecycle(member).install(file));
    await defineChaincode(topology.members, packageId, (member) => this.#lifecycle(member));
    await writeJson(committed, { packageId });
  }

  #lifecycle(member: Member): Lifecycle {
    const { topology, signal, layout } = this.options;
    return new Lifecycle({ topology, member, signal }, { layout, programs: this.dependencies.programs });
  }

  #waiting(kind: MemberProcess, member: Member): UntilOptions {
    const { processes } = this.dependencies;
    return { check: () => processes.assertAlive(processName(kind, member)), signal: this.options.signal };
  }

  async #each(work: (member: Member) => Promise<unknown>): Promise<void> {
    await Promise.all(this.options.topology.members.map(work));
  }
}
