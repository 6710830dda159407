import { rm } from 'node:fs/promises';
import path from 'node:path';
import { CertificateAuthorities } from './ca/certificate-authorities';
import { Enrolments } from './ca/enrolments';
import type { Check } from './doctor/check';
import { examine } from './doctor/doctor';
import { NetworkError } from './errors';
import { errno } from './files';
import { FabricNetwork } from './fabric/fabric-network';
import { claimHome, establish, existingTopology, homeTopology, isHome } from './home';
import { assertClock, clockEvidence } from './machine/clock';
import { assertRoom, ROOM_TO_RUN } from './machine/disk';
import { LOG_KEEPER, logKeeperSpec } from './processes/log-keeper';
import { withLock } from './processes/lock';
import { assertPortsFree } from './processes/ports';
import { Processes } from './processes/processes';
import { assertBuilt, packageMain } from './processes/revision';
import { ProcessState } from './processes/state';
import { programs, type Programs } from './programs/programs';
import { reported, type Report } from './report';
import { Services } from './services/services';
import { statusOf, type Status } from './status';
import { ObjectStore } from './stores/object-store';
import { Postgres, postgresFolder } from './stores/postgres';
import { layoutOf, socketFolder, type Layout } from './topology/layout';
import { portUses, processNames } from './topology/process-names';
import { address, gatewayUrl, type Member, type MemberName, type Topology } from './topology/topology';

/** Where the built code of our own programs lies. */
export interface Packages {
  /** Folder of the chaincode package. */
  readonly chaincode: string;
  /** Main file of the gateway. */
  readonly gateway: string;
  /** Main file of the worker. */
  readonly worker: string;
}

export interface ConsortiumOptions {
  readonly home: string;
  /** First of the consortium's ports; an existing home keeps its own. */
  readonly portBase?: number | undefined;
  /** By default the packages beside this one. */
  readonly packages?: Partial<Packages>;
  /** Main files that some members run in place of their worker, as drills and demonstrations do. */
  readonly workers?: Partial<Readonly<Record<MemberName, string>>>;
  /** Which of our programs to run over Fabric and the stores; all by default. */
  readonly services?: readonly (keyof Packages)[];
  readonly fabricBin?: string | undefined;
  /** Folder of built programs. */
  readonly cache?: string | undefined;
}

export interface MemberResult {
  readonly mspId: string;
  readonly gateway: string;
  readonly worker: string;
  readonly peer: string;
}

export interface UpResult {
  readonly channel: string;
  /** Blocks in every peer's ledger. */
  readonly height: number;
  readonly seconds: number;
  readonly members: Readonly<Record<MemberName, MemberResult>>;
}

/** A consortium in a folder: keys, data, configuration and the processes that serve them. */
export class Consortium {
  readonly #layout: Layout;

  constructor(
    private readonly options: ConsortiumOptions,
    private readonly dependencies: { readonly report: Report },
  ) {
    this.#layout = layoutOf(path.resolve(options.home));
  }

  /**
   * Sees to it that everything runs: makes what is missing, starts what does not run, replaces what was built anew.
   * @param signal ends the work at the next step; what runs by then is left to `up` or `down`
   * @throws {NetworkError}
   */
  async up(signal?: AbortSignal): Promise<UpResult> {
    try {
      return await this.#up(signal);
    } catch (error) {
      // Programs that meet a full disk die of it in words of their own.
      if (errno(error) === 'ENOSPC' || !(error instanceof NetworkError)) await this.#assertNotFull();
      else if (error.code === 'start_failed' || error.code === 'not_ready' || error.code === 'command_failed')
        await this.#assertNotFull();
      throw error;
    }
  }

  async #assertNotFull(): Promise<void> {
    for (const folder of [this.#layout.home, postgresFolder(this.#layout)]) await assertRoom(folder, ROOM_TO_RUN);
  }

  async #up(signal: AbortSignal | undefined): Promise<UpResult> {
    const started = Date.now();
    this.#assertBuilt();
    await claimHome(this.#layout);
    return withLock(this.#layout.lock, async () => {
      const topology = await homeTopology(this.#layout, this.options.portBase);
      const processes = this.#processes();
      await assertRoom(this.#layout.home);
      await assertRoom(postgresFolder(this.#layout));
      assertClock(await clockEvidence(topology, this.#layout, processes.all()));
      await assertPortsFree(portUses(topology).filter((use) => processes.running(use.process) === undefined));
      const { fabricBin, cache } = this.options;
      const { report } = this.dependencies;
      const found = await programs({ report, signal, ...(fabricBin && { fabricBin }), ...(cache && { cache }) });
      const authorities = new CertificateAuthorities(
        { topology, layout: this.#layout, signal },
        { processes, programs: found },
      );
      const { made } = await reported(
        report,
        'identities',
        () => this.#identities(topology, authorities, found),
        ({ made, renewed }) =>
          made > 0
            ? `${topology.members.length} members, ${made} certificates`
            : renewed > 0
              ? `${renewed} certificates renewed`
              : 'kept',
      );
      const height = await this.#start(topology, processes, found, { signal, fresh: made > 0, authorities });
      return this.#result(topology, height, (Date.now() - started) / 1000);
    });
  }

  /** Stops everything, in the reverse order of starting; all data stay. */
  async down(): Promise<void> {
    if (await isHome(this.#layout)) await withLock(this.#layout.lock, () => this.#stop());
  }

  /** Stops everything and removes the home with all its data. */
  async reset(): Promise<void> {
    if (!(await isHome(this.#layout))) return;
    await withLock(this.#layout.lock, async () => {
      await this.#stop();
      const topology = await homeTopology(this.#layout, undefined);
      const postgres = await Postgres.create({ topology, layout: this.#layout }, { processes: this.#processes() });
      await postgres.remove();
    });
    await rm(this.#layout.home, { recursive: true, force: true });
  }

  /**
   * What runs, how much memory it takes, and how far each member's ledger is.
   * @throws {NetworkError} `home_invalid` where no consortium has been made
   */
  async status(): Promise<Status> {
    const topology = await existingTopology(this.#layout);
    return statusOf(topology, this.#layout, this.#processes());
  }

  /**
   * What a person should see to before `up` can work, or works on; nothing is changed.
   * @throws {NetworkError} `home_invalid`
   */
  async examine(): Promise<Check[]> {
    const { portBase, fabricBin, cache } = this.options;
    return examine({ layout: this.#layout, portBase, fabricBin, cache });
  }

  /**
   * The log file of a process (`peer-guild`, `gateway-lab`, `postgres`).
   * @throws {NetworkError} `invalid_argument` listing the names
   */
  async logs(name: string): Promise<string> {
    const names = processNames(await existingTopology(this.#layout));
    if (!names.includes(name))
      throw new NetworkError('invalid_argument', `there is no process "${name}"; the names are ${names.join(', ')}`, {
        names,
      });
    return this.#layout.log(name);
  }

  /** Makes all identities once, and renews those that near their end. */
  async #identities(
    topology: Topology,
    authorities: CertificateAuthorities,
    found: Programs,
  ): Promise<{ made: number; renewed: number }> {
    const made = await establish(topology, this.#layout, { programs: found, authorities });
    const enrolments = new Enrolments({ topology, layout: this.#layout }, { authorities });
    const due = await enrolments.due();
    if (due.length > 0) {
      await authorities.up();
      await enrolments.renew(due);
    }
    return { made, renewed: due.length };
  }

  /** @returns the number of blocks */
  async #start(
    topology: Topology,
    processes: Processes,
    found: Programs,
    {
      signal,
      fresh,
      authorities,
    }: {
      readonly signal: AbortSignal | undefined;
      readonly fresh: boolean;
      readonly authorities: CertificateAuthorities;
    },
  ): Promise<number> {
    const { report } = this.dependencies;
    const layout = this.#layout;
    const fabric = new FabricNetwork({ topology, layout, signal }, { processes, programs: found });
    const postgres = await Postgres.create({ topology, layout, signal }, { processes });
    // Outside the home there may be data of a former consortium of the same name.
    if (fresh) await postgres.remove();
    const objectStore = new ObjectStore({ topology, layout, signal }, { processes, programs: found });
    const services = new Services({ topology, layout, signal }, { processes });
    const { members } = topology;
    const servers = allOf([
      reported(report, 'authorities', () => authorities.up()),
      reported(report, 'database', () => postgres.up()),
      reported(report, 'object store', () => objectStore.up()),
    ]);
    const ledger = async (): Promise<void> => {
      const leader = async (): Promise<string> => {
        await fabric.startOrderers();
        return (await fabric.leader()).name;
      };
      await allOf([
        reported(report, 'ordering', leader, (name) => `${members.length} consenters, leader ${name}`),
        reported(
          report,
          'peers',
          () => fabric.startPeers(),
          () => `joined ${topology.channel}`,
        ),
      ]);
      const chaincode = this.#package('chaincode');
      if (chaincode !== undefined)
        await reported(
          report,
          'chaincode',
          () => fabric.startChaincode(chaincode),
          () => `on ${members.length} peers`,
        );
    };
    await processes.ensure(logKeeperSpec({ logs: layout.logs }));
    await allOf([servers, ledger()]);
    const gateway = this.#package('gateway');
    const worker = this.#package('worker');
    const each = (work: (member: Member) => Promise<void>) => (): Promise<void> => allOf(members.map(work));
    await allOf([
      ...(worker === undefined
        ? []
        : [
            reported(
              report,
              'workers',
              each((member) => services.worker(member, this.options.workers?.[member.name] ?? worker)),
            ),
          ]),
      ...(gateway === undefined
        ? []
        : [
            reported(
              report,
              'gateways',
              each((member) => services.gateway(member, gateway)),
            ),
          ]),
    ]);
    return fabric.equalHeight();
  }

  async #stop(): Promise<void> {
    const processes = this.#processes();
    const state = new ProcessState({ file: this.#layout.state });
    const kinds = ['gateway', 'worker', 'chaincode', 'peer', 'orderer', 'object-store', 'postgres', 'ca', LOG_KEEPER];
    const running = state.all().map(({ name }) => name);
    const step = this.dependencies.report.step('stop');
    try {
      for (const kind of kinds)
        await Promise.all(
          running.filter((name) => name === kind || name.startsWith(`${kind}-`)).map((name) => processes.stop(name)),
        );
      step.done(`${running.length} processes`);
    } catch (error) {
      step.fail(error);
      throw error;
    }
    await rm(path.dirname(socketFolder(this.#layout.home, 'any')), { recursive: true, force: true });
  }

  /** Before anything is started: a missing build is the likeliest fault and the cheapest to find. */
  #assertBuilt(): void {
    const chaincode = this.#package('chaincode');
    if (chaincode !== undefined) packageMain(chaincode);
    for (const main of [this.#package('gateway'), this.#package('worker')]) if (main !== undefined) assertBuilt(main);
  }

  #package(name: keyof Packages): string | undefined {
    if (this.options.services?.includes(name) === false) return undefined;
    return this.options.packages?.[name] ?? defaultPackages()[name];
  }

  #processes(): Processes {
    const { logs, state } = this.#layout;
    const log = (name: string): string => this.#layout.log(name);
    return new Processes({ logs, log }, { state: new ProcessState({ file: state }) });
  }

  #result(topology: Topology, height: number, seconds: number): UpResult {
    const members = Object.fromEntries(
      topology.members.map(({ name, mspId, ports, ...rest }) => [
        name,
        {
          mspId,
          gateway: gatewayUrl({ name, mspId, ports, ...rest }),
          worker: address(ports.worker),
          peer: address(ports.peer),
        },
      ]),
    ) as Record<MemberName, MemberResult>;
    return { channel: topology.channel, height, seconds, members };
  }
}

function defaultPackages(): Packages {
  const root = path.resolve(__dirname, '../..');
  return {
    chaincode: path.join(root, 'chaincode'),
    gateway: path.join(root, 'gateway', 'dist', 'main.js'),
    worker: path.join(root, 'inference-workers', 'dist', 'main.js'),
  };
}

/** Waits for all to end, then throws the first error: nothing goes on in the background after a failure. */
async function allOf(work: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
