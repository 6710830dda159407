import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';
import type { Roots } from '@llmchain/evidence';
import { LlmchainError, publicKeyOf, type DataNodeEntry } from '@llmchain/protocol';
import type { Express } from 'express';
import type { Route } from './http/route';
import { createServer } from './http/serve';
import type { Actor } from './ports/actor';
import type { AccessLog } from './ports/access-log';
import type { ApiKeys } from './ports/api-keys';
import type { Bookmarks } from './ports/bookmarks';
import type { Chain } from './ports/chain';
import type { Membership } from './ports/consortium';
import type { Enrolment } from './ports/enrolment';
import type { Faults } from './ports/faults';
import type { IndexLikeness, IndexRecords } from './ports/index-records';
import type { Holdings } from './ports/holdings';
import type { Images } from './ports/images';
import type { Ledgers } from './ports/ledger';
import type { Lineage } from './ports/lineage';
import type { Log } from './ports/log';
import type { ObjectStore, Spool } from './ports/object-store';
import type { Manifests } from './ports/manifests';
import type { ModelVault } from './ports/model-vault';
import type { Operations } from './ports/operations';
import type { Peers } from './ports/peers';
import type { Production } from './ports/production';
import type { Openings } from './ports/receipts';
import type { Sessions } from './ports/sessions';
import type { TermsStore } from './ports/terms';
import type { Uploads } from './ports/uploads';
import type { Workers } from './ports/workers';
import { routesOf } from './routes/index';
import { peerRoutes, type Neighbour } from './routes/peer';
import { AccessRights } from './usecases/access-rights';
import { AcceptBatches } from './usecases/accept-batches';
import { AnchorReceipts } from './usecases/anchor-receipts';
import { AnnotateDataset } from './usecases/annotate-dataset';
import { Authenticate, hashOfKey } from './usecases/authenticate';
import { BrowseCatalogue } from './usecases/browse-catalogue';
import { CheckReceipt } from './usecases/check-receipt';
import { CheckResemblance } from './usecases/check-resemblance';
import { Claim } from './usecases/claim';
import { ConsentStanding } from './usecases/consent-standing';
import { CollectEvidence } from './usecases/collect-evidence';
import { CollectReceipts } from './usecases/collect-receipts';
import { Content } from './usecases/content';
import { CreateKey } from './usecases/create-key';
import { DestroyCopies } from './usecases/destroy-copies';
import { DecideBatch } from './usecases/decide-batch';
import { EraseWorks } from './usecases/erase-works';
import { ErasureStatement } from './usecases/erasure-statement';
import { ExpireBatch } from './usecases/expire-batch';
import { FindSimilar } from './usecases/find-similar';
import { FundSessions } from './usecases/fund-sessions';
import { GiveModelKeys } from './usecases/give-model-keys';
import { Infer } from './usecases/infer';
import { IngestDataset } from './usecases/ingest-dataset';
import { IssueTicket } from './usecases/issue-ticket';
import { KeepShards } from './usecases/keep-shards';
import { LicenceTerms } from './usecases/licence-terms';
import { ListRecords } from './usecases/list-records';
import { Models } from './usecases/models';
import { Notices } from './usecases/notices';
import { CheckReadiness } from './usecases/readiness';
import { ReadContent } from './usecases/read-content';
import { ReadImageInput } from './usecases/read-image-input';
import { ReadReceipt } from './usecases/read-receipt';
import { ReconcileReservations } from './usecases/reconcile-reservations';
import { ReleaseCharges } from './usecases/release-charges';
import { RefuseBatches } from './usecases/refuse-batches';
import { RegisterDataNode } from './usecases/register-data-node';
import { RecommendWorks } from './usecases/recommend-works';
import { RegisterModel } from './usecases/register-model';
import { RegisterSigner } from './usecases/register-signer';
import { RegisterWorks } from './usecases/register-works';
import { ReportFaults } from './usecases/report-faults';
import { RevokeKey } from './usecases/revoke-key';
import { RotateBatch } from './usecases/rotate-batch';
import { RewardContributors } from './usecases/reward-contributors';
import { RouteInference } from './usecases/route-inference';
import { RoyaltyTables } from './usecases/royalty-tables';
import { SealDataset } from './usecases/seal-dataset';
import { SendCanary } from './usecases/send-canary';
import { ServePeers } from './usecases/serve-peers';
import { ShardDataset } from './usecases/shard-dataset';
import { SilentRivals } from './usecases/silent-rivals';
import { Suspensions } from './usecases/suspensions';
import { Stakes } from './usecases/stakes';
import { Transact } from './usecases/transact';
import { VersionAlarm } from './usecases/version-alarm';
import { WatchConsent } from './usecases/watch-consent';
import { WatchBatches } from './usecases/watch-batches';
import { WatchResemblance } from './usecases/watch-resemblance';
import { WhoAmI } from './usecases/who-am-i';
import { WorkHistory } from './usecases/work-history';

export interface GatewayOptions extends Membership {
  /** Name of the consortium's chaincode. */
  chaincode: string;
  /** The members' root certificates and the genesis block's hash, to check evidence with. */
  roots: Roots;
  /** Id on the ledger of the key that signs tickets. */
  signer: string;
  /** 32 bytes, the Ed25519 seed of that key. */
  secretKey: Uint8Array;
  /** How often the own worker's receipts are anchored, milliseconds. */
  anchorEveryMs: number;
  /** The node of the member's whose bucket this is. */
  dataNode: Omit<DataNodeEntry, 'state'>;
}

/** Everything outside the process that a gateway needs. */
export interface GatewayPorts {
  accessLog: AccessLog;
  bookmarks: Bookmarks;
  chain: Chain;
  keys: ApiKeys;
  enrolment: Enrolment;
  faults: Faults;
  holdings: Holdings;
  images: Images;
  index: IndexLikeness & IndexRecords;
  ledgers: Ledgers;
  lineage: Lineage;
  log: Log;
  manifests: Manifests;
  openings: Openings;
  operations: Operations;
  peers: Peers;
  production: Production;
  sessions: Sessions;
  spool: Spool;
  store: ObjectStore;
  terms: TermsStore;
  uploads: Uploads;
  vault: ModelVault;
  workers: Workers;
}

/** How often reservations that broke off are looked after, and batches are driven, milliseconds. */
const RECONCILE_EVERY = 5_000;
const ACCEPT_EVERY = 200;
const WATCH_EVERY = 2_000;
const CONSENT_EVERY = 500;
const ERASE_EVERY = 500;
const RESEMBLANCE_EVERY = 500;
const KEEP_EVERY = 500;
const GIVE_EVERY = 500;

/** One member's gateway: its use cases over whatever ports it is given. */
export class Gateway {
  /** The API for people and programs. */
  readonly api: Express;
  /** The routes of that API. */
  readonly routes: readonly Route<Actor>[];
  /** The API between members; its server has to demand TLS client certificates. */
  readonly peerApi: Express;
  readonly #options: GatewayOptions;
  readonly #ports: GatewayPorts;
  readonly #collect: CollectReceipts;
  readonly #anchor: AnchorReceipts;
  readonly #accept: AcceptBatches;
  readonly #watch: WatchBatches;
  readonly #consent: WatchConsent;
  readonly #erase: EraseWorks;
  readonly #resemblance: WatchResemblance;
  readonly #keep: KeepShards;
  readonly #give: GiveModelKeys;
  readonly #reconcile: ReconcileReservations;
  readonly #release: ReleaseCharges;
  readonly #ending = new AbortController();
  #loops: Promise<void>[] = [];

  /** @param dependencies.neighbourOf who presents a client certificate; undefined when it is no member's */
  constructor(
    options: GatewayOptions,
    dependencies: { ports: GatewayPorts; neighbourOf: (request: IncomingMessage) => string | undefined },
  ) {
    const { ports, neighbourOf } = dependencies;
    const { log, lineage } = ports;
    const member = options.own;
    this.#options = options;
    this.#ports = ports;
    const rights = new AccessRights(options, ports);
    const content = new Content(options, { ...ports, rights });
    const tables = new RoyaltyTables({}, { content });
    const models = new Models({}, ports);
    const release = new ReleaseCharges({}, { ...ports, models });
    this.#release = release;
    const fundSessions = new FundSessions(options, { ...ports, release });
    const standing = new ConsentStanding({}, ports);
    const alarm = new VersionAlarm({}, { ...ports, standing });
    const checker = new CheckReceipt({}, ports);
    const router = new RouteInference(options, { ...ports, suspensions: new Suspensions({}, ports) });
    const issuer = new IssueTicket({ ...options, member });
    const readContent = new ReadContent({}, ports);
    const checkResemblance = new CheckResemblance({}, ports);
    const readReceipt = new ReadReceipt({ member }, ports);
    const transact = new Transact({}, ports);
    const licenceTerms = new LicenceTerms(options, { ...ports, transact });
    this.#collect = new CollectReceipts({ member }, ports);
    const silent = new SilentRivals();
    this.#anchor = new AnchorReceipts({ member }, { ...ports, silent });
    const rotate = new RotateBatch({}, ports);
    const decide = new DecideBatch({}, { ...ports, rotate });
    this.#accept = new AcceptBatches({ member }, { ...ports, decide, silent });
    const reportFaults = new ReportFaults(options, { ...ports, receipts: readReceipt });
    const stakes = new Stakes(options, ports);
    const refuse = new RefuseBatches(options, { ...ports, faults: reportFaults });
    this.#watch = new WatchBatches(options, { ...ports, decide, rotate, refuse, faults: reportFaults, stakes });
    this.#consent = new WatchConsent(options, { ...ports, standing });
    this.#erase = new EraseWorks(options, { ...ports, destroyCopies: new DestroyCopies(options, ports) });
    this.#resemblance = new WatchResemblance(options, ports);
    this.#keep = new KeepShards({ own: member, node: options.dataNode.node }, ports);
    this.#give = new GiveModelKeys(options, ports);
    this.#reconcile = new ReconcileReservations({ member }, { ...ports, checker });
    const catalogue = new BrowseCatalogue({ member }, { ...ports, models, router, standing });
    const infer = new Infer(options, { ...ports, models, router, issuer, checker, alarm });
    this.routes = routesOf({
      catalogue,
      accessLog: ports.accessLog,
      annotateDataset: new AnnotateDataset({}, ports),
      claim: new Claim(options, { ...ports, tables }),
      collectEvidence: new CollectEvidence(options, { ...ports, readReceipt }),
      content,
      createKey: new CreateKey({}, { ...ports, fundSessions }),
      erasureStatement: new ErasureStatement({}, ports),
      expireBatch: new ExpireBatch({}, ports),
      findSimilar: new FindSimilar({}, { ...ports, readContent }),
      fundSessions,
      giveModelKeys: this.#give,
      infer,
      sendCanary: new SendCanary({}, { infer }),
      ingestDataset: new IngestDataset({}, ports),
      keys: ports.keys,
      licenceTerms,
      lineage,
      listRecords: new ListRecords({}, ports),
      log,
      models,
      notices: new Notices(options, ports),
      readiness: new CheckReadiness({}, ports),
      records: ports.index.records,
      readImageInput: new ReadImageInput({}, { ...ports, models }),
      readReceipt,
      recommendWorks: new RecommendWorks({}, { ...ports, catalogue }),
      reportFaults,
      registerModel: new RegisterModel({}, ports),
      registerWorks: new RegisterWorks({ member }, { ...ports, checkResemblance, readContent }),
      rewardContributors: new RewardContributors(options, { ...ports, tables }),
      revokeKey: new RevokeKey({}, ports),
      rotateBatch: rotate,
      router,
      standing,
      sealDataset: new SealDataset({}, ports),
      sessions: ports.sessions,
      transact,
      shardDataset: new ShardDataset({}, { ...ports, content }),
      shards: ports.index.shards,
      stakes,
      whoAmI: new WhoAmI({}, ports),
      workHistory: new WorkHistory({}, ports),
    });
    const authenticate = new Authenticate({}, ports);
    this.api = createServer<Actor>({
      routes: this.routes,
      nobody: { key: '', role: 'caller', name: '' },
      log,
      authenticate: async (request, route) => permitted(await authenticate.run(request.headers.authorization), route),
    });
    const servePeers = new ServePeers({ member }, { ...ports, receipts: readReceipt, rights });
    this.peerApi = createServer<Neighbour>({
      routes: peerRoutes({ licenceTerms, servePeers }),
      nobody: { member: '' },
      log,
      authenticate: (request) => {
        const neighbour = neighbourOf(request);
        if (neighbour !== undefined) return Promise.resolve({ member: neighbour });
        const message = 'Present a TLS certificate of a member of the consortium.';
        return Promise.reject(new LlmchainError('not_authenticated', message));
      },
    });
  }

  /** Lets the administrator in and begins the work behind the scenes. @param adminKey the administrator's API key */
  async start(adminKey: string): Promise<void> {
    const admin: Actor = { key: 'admin', role: 'admin', name: 'admin' };
    await this.#ports.enrolment.enrol(admin);
    await this.#ports.keys.add(admin, hashOfKey(adminKey));
    const { signer, secretKey, anchorEveryMs } = this.#options;
    const register = new RegisterSigner({ signer, publicKey: publicKeyOf(secretKey) }, this.#ports);
    this.#loops = [
      register.run(this.#ending.signal),
      new RegisterDataNode(this.#options, this.#ports).run(this.#ending.signal),
      this.#every(anchorEveryMs, 'anchoring', () => this.produce()),
      this.#every(RECONCILE_EVERY, 'reconciling', () => this.reconcile()),
      this.#every(ACCEPT_EVERY, 'accepting', () => this.#accept.run()),
      this.#every(WATCH_EVERY, 'watching', () => this.#watch.run()),
      this.#every(CONSENT_EVERY, 'watching over consent', () => this.#consent.run()),
      this.#every(ERASE_EVERY, 'erasing', () => this.erase()),
      this.#every(RESEMBLANCE_EVERY, 'looking for resemblances', () => this.flag()),
      this.#every(KEEP_EVERY, 'keeping shards', () => this.keepShards()),
      this.#every(GIVE_EVERY, 'giving keys of models', () => this.giveModelKeys()),
    ];
  }

  /** Takes the own worker's receipts and anchors what is there, unless another gateway of the member is at it. */
  async produce(): Promise<void> {
    await this.#ports.production.exclusively(async () => {
      // What was taken before is anchored also while the worker is away.
      const taken = this.#collect.run();
      await taken.catch((error: unknown) => this.#ports.log.debug({ error: String(error) }, 'no receipts were taken'));
      await this.#anchor.run();
    });
  }

  /** Settles what broke off, and gives back what can never be anchored. */
  async reconcile(): Promise<void> {
    await this.#reconcile.run();
    await this.#release.run();
  }

  /** Destroys this member's copies of erased works and attests it. */
  async erase(): Promise<void> {
    await this.#erase.run();
  }

  /** Flags new works that are like earlier ones without saying so. */
  async flag(): Promise<void> {
    await this.#resemblance.run();
  }

  /** Fetches, checks and gives up copies of shards, as the ledger says. */
  async keepShards(): Promise<void> {
    await this.#keep.run();
  }

  /** Gives the keys of own sealed models to workers that may have them. */
  async giveModelKeys(): Promise<void> {
    await this.#give.run();
  }

  /** Ends after the work at hand. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#loops);
  }

  async #every(milliseconds: number, what: string, work: () => Promise<void>): Promise<void> {
    const { signal } = this.#ending;
    let failures = 0;
    while (!signal.aborted) {
      try {
        await work();
        failures = 0;
      } catch (error) {
        failures += 1;
        const details = error instanceof LlmchainError ? error.toJSON() : { error: String(error) };
        this.#ports.log.warn({ ...details, failures }, `${what} failed and is tried again`);
      }
      await delay(milliseconds * Math.min(20, 1 + failures), undefined, { signal }).catch(() => undefined);
    }
  }
}

/** @throws {LlmchainError} `not_authorised` */
function permitted(actor: Actor, route: Route<Actor>): Actor {
  if (typeof route.roles === 'string' || route.roles.includes(actor.role)) return actor;
  throw new LlmchainError(
    'not_authorised',
    `This needs a key with the role ${route.roles.join(' or ')}; yours is ${actor.role}.`,
    { roles: route.roles, role: actor.role },
  );
}

/** Whose TLS root issued the client certificate of a request. @param roots by MSP id */
export function neighbourByRoot(roots: ReadonlyMap<string, X509Certificate>) {
  return (request: IncomingMessage): string | undefined => {
    const certificate = request.socket instanceof TLSSocket ? request.socket.getPeerX509Certificate() : undefined;
    if (!certificate) return undefined;
    for (const [member, root] of roots) {
      if (certificate.checkIssued(root) && certificate.verify(root.publicKey)) return member;
    }
    return undefined;
  };
}
