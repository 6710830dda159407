import { realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { CertificateAuthorities } from './ca/certificate-authorities';
import { Enrolments } from './ca/enrolments';
import { OrdererRenewals } from './ca/orderer-renewals';
import { Revocations, type PublishedRevocations } from './ca/revocations';
import type { Check } from './doctor/check';
import { examine } from './doctor/doctor';
import { NetworkError } from './errors';
import { errno } from './files';
import { ChannelConfiguration } from './fabric/channel-configuration';
import { FabricNetwork } from './fabric/fabric-network';
import { addWorkers, claimHome, establish, existingTopology, homeTopology, isHome } from './home';
import { assertClock, clockEvidence } from './machine/clock';
import { assertRoom, ROOM_TO_RUN } from './machine/disk';
import { LOG_KEEPER, logKeeperSpec } from './processes/log-keeper';
import { inTurn, withLock } from './processes/lock';
import { assertPortsFree } from './processes/ports';
import { processesUnder } from './processes/proc';
import { Processes } from './processes/processes';
import { assertBuilt, packageMain } from './processes/revision';
import { isReadable, ProcessState } from './processes/state';
import { programs, type Programs } from './programs/programs';
import { reported, type Report } from './report';
import { Services } from './services/services';
import { statusOf, type Status } from './status';
import { ObjectStore } from './stores/object-store';
import { Postgres, postgresFolder, removeDatabase } from './stores/postgres';
import { layoutOf, socketFolder, type Layout } from './topology/layout';
import { portUses, processNames } from './topology/process-names';
import type { MemberName, WorkerCounts } from './topology/members';
import type { Split, SplitOrder } from './topology/splits';
import { memberOf, type Member, type Topology } from './topology/topology';
import { upResult, type UpResult } from './up-result';

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
  /** How many workers members have; an existing home has those that it had, and may be given more. */
  readonly workerCounts?: WorkerCounts | undefined;
  /** A model version to split over workers of several members, who may get more of them for it. */
  readonly split?: SplitOrder | undefined;
  /** A model version that each worker is to have whole again. */
  readonly join?: Pick<Split, 'model' | 'version'> | undefined;
  /** By default the packages beside this one. */
  readonly packages?: Partial<Packages>;
  /** Main files that some members run in place of their workers, as drills and demonstrations do. */
  readonly workers?: Partial<Readonly<Record<MemberName, string>>>;
  /** Which of our programs to run over Fabric and the stores; all by default. */
  readonly services?: readonly (keyof Packages)[];
  readonly fabricBin?: string | undefined;
  /** Folder of built programs. */
  readonly cache?: string | undefined;
}

/** What the ledger and its identities are administered with. */
interface Parts {
  readonly authorities: CertificateAuthorities;
  readonly revocations: Revocations;
  readonly renewals: OrdererRenewals;
  readonly fabric: FabricNetwork;
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
      const { portBase, workerCounts: workers, split, join } = this.options;
      const topology = await homeTopology(this.#layout, { portBase, workers, split, join });
      const processes = this.#processes();
      await assertRoom(this.#layout.home);
      await assertRoom(postgresFolder(this.#layout));
      assertClock(await clockEvidence(topology, this.#layout, processes.all()));
      await assertPortsFree(portUses(topology).filter((use) => processes.running(use.process) === undefined));
      const { report } = this.dependencies;
      const found = await this.#programs(signal);
      const parts = this.#parts(topology, processes, found, signal);
      const { made } = await reported(
        report,
        'identities',
        () => this.#identities(topology, parts.authorities, found),
        ({ made, added, renewed }) =>
          made > 0
            ? `${topology.members.length} members, ${made} certificates`
            : added > 0
              ? `${added} certificates of new workers`
              : renewed > 0
                ? `${renewed} certificates renewed`
                : 'kept',
      );
      const height = await this.#start(topology, processes, found, { signal, fresh: made > 0, parts });
      return upResult(topology, height, (Date.now() - started) / 1000);
    });
  }

  /** Stops everything, in the reverse order of starting; all data stay. */
  async down(): Promise<void> {
    if (await isHome(this.#layout)) await withLock(this.#layout.lock, () => this.#stop());
  }

  /**
   * Stops everything and removes the home with all its data, also one that is damaged or of another version.
   * @throws {NetworkError} `home_invalid` where the folder is no home, or it cannot be told which processes are its
   */
  async reset(): Promise<void> {
    if (!(await isHome(this.#layout))) return;
    await withLock(this.#layout.lock, async () => {
      if (isReadable(this.#layout.state)) await this.#stop();
      else this.#assertNobodyWorks();
      await this.#removeSockets();
      await removeDatabase(this.#layout);
    });
    // Where the home is a link, what it leads to goes first: a link alone would leave all that was to be removed.
    await rm(await realpath(this.#layout.home), { recursive: true, force: true });
    await rm(this.#layout.home, { force: true });
  }

  /**
   * Takes back the certificates of a holder, if one is named, and has the channel refuse everything that the member
   * has taken back. Repeated, it changes nothing.
   * @param holder id of an identity at the member's authority
   * @throws {NetworkError} and of the authority {LlmchainError} `unavailable`
   */
  async revoke(name: MemberName, holder?: string, signal?: AbortSignal): Promise<PublishedRevocations> {
    return this.#administer(signal, ({ topology, parts }) =>
      reported(
        this.dependencies.report,
        'channel',
        () => parts.revocations.publish(memberOf(topology, name), holder),
        ({ revoked, published }) => `${published} certificates newly refused, ${revoked} in all`,
      ),
    );
  }

  /**
   * Gives a member's orderer new keys and certificates: the channel learns of them, then the orderer starts anew.
   * @throws {NetworkError} and of the authority {LlmchainError} `unavailable`
   */
  async renewOrderer(name: MemberName, signal?: AbortSignal): Promise<void> {
    await this.#administer(signal, async ({ topology, parts }) => {
      const due = new Set([...(await parts.renewals.due()), memberOf(topology, name)]);
      const renew = (): Promise<void> => this.#renewOrderers([...due], parts);
      await reported(this.dependencies.report, 'ordering', renew, () => `${due.size} orderers renewed`);
    });
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

  /** Makes all identities once and those of new workers, and renews those that near their end. */
  async #identities(
    topology: Topology,
    authorities: CertificateAuthorities,
    found: Programs,
  ): Promise<{ made: number; added: number; renewed: number }> {
    const made = await establish(topology, this.#layout, { programs: found, authorities });
    const added = made > 0 ? 0 : await addWorkers(topology, this.#layout, { authorities });
    const enrolments = new Enrolments({ topology, layout: this.#layout }, { authorities });
    const due = await enrolments.due();
    if (due.length > 0) {
      await authorities.up();
      await enrolments.renew(due);
    }
    return { made, added, renewed: due.length };
  }

  /** @returns the number of blocks */
  async #start(
    topology: Topology,
    processes: Processes,
    found: Programs,
    {
      signal,
      fresh,
      parts,
    }: {
      readonly signal: AbortSignal | undefined;
      readonly fresh: boolean;
      readonly parts: Parts;
    },
  ): Promise<number> {
    const { report } = this.dependencies;
    const layout = this.#layout;
    const { authorities, fabric } = parts;
    const postgres = await Postgres.create({ topology, layout, signal }, { processes });
    // Outside the home there may be data of a former consortium of the same name.
    if (fresh) await removeDatabase(layout);
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
    if (!fresh)
      await reported(
        report,
        'channel',
        () => this.#updateChannel(topology, parts),
        ({ renewed, published }) => `${renewed} orderers renewed, ${published} revocations published`,
      );
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
              each((member) =>
                allOf(
                  member.workers.map((place) =>
                    services.worker(member, place, this.options.workers?.[member.name] ?? worker),
                  ),
                ),
              ),
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

  /**
   * Renews what the channel's configuration names, and tells it what members have taken back since it was last told: a
   * command may have ended in between. One after the other: each update builds on the configuration before it.
   */
  async #updateChannel(topology: Topology, parts: Parts): Promise<{ renewed: number; published: number }> {
    const due = await parts.renewals.due();
    await this.#renewOrderers(due, parts);
    let published = 0;
    for (const member of topology.members) published += (await parts.revocations.publish(member)).published;
    return { renewed: due.length, published };
  }

  /** One after the other; first those that do not take part until they are started anew, for only one may be missing. */
  async #renewOrderers(members: readonly Member[], { renewals, fabric }: Parts): Promise<void> {
    const open: Member[] = [];
    for (const member of members)
      if (await renewals.settle(member)) await fabric.startOrderer(member);
      else open.push(member);
    for (const member of open) {
      await renewals.renew(member);
      await fabric.startOrderer(member);
    }
  }

  /** Work on a consortium that runs, once nobody else starts, stops or administers it. */
  async #administer<T>(
    signal: AbortSignal | undefined,
    work: (at: { readonly topology: Topology; readonly parts: Parts }) => Promise<T>,
  ): Promise<T> {
    const topology = await existingTopology(this.#layout);
    return inTurn(this.#layout.lock, async () => {
      const found = await this.#programs(signal);
      return work({ topology, parts: this.#parts(topology, this.#processes(), found, signal) });
    });
  }

  #parts(topology: Topology, processes: Processes, found: Programs, signal: AbortSignal | undefined): Parts {
    const layout = this.#layout;
    const authorities = new CertificateAuthorities({ topology, layout, signal }, { processes, programs: found });
    const configuration = new ChannelConfiguration({ topology, signal }, { layout, programs: found });
    const revocations = new Revocations({ layout }, { authorities, configuration });
    const renewals = new OrdererRenewals({ topology, layout }, { authorities, configuration });
    const fabric = new FabricNetwork({ topology, layout, signal }, { processes, programs: found, renewals });
    return { authorities, revocations, renewals, fabric };
  }

  #programs(signal: AbortSignal | undefined): Promise<Programs> {
    const { fabricBin, cache } = this.options;
    const { report } = this.dependencies;
    return programs({ report, signal, ...(fabricBin && { fabricBin }), ...(cache && { cache }) });
  }

  /** Without a list of what was started, what works in the home may be the consortium's or a person's shell. */
  #assertNobodyWorks(): void {
    const pids = [this.#layout.home, postgresFolder(this.#layout)].flatMap((folder) => processesUnder(folder));
    if (pids.length === 0) return;
    throw new NetworkError(
      'home_invalid',
      `${this.#layout.state} cannot be read, and process ${pids.join(', ')} works in ${this.#layout.home}: end what is the consortium's, leave the folder with the rest, then try again`,
      { pids },
    );
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
    await this.#removeSockets();
  }

  async #removeSockets(): Promise<void> {
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
