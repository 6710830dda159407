import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isSealed, wrappingKeyOf, type ModelVersion, type Taint, type WorkerConfig } from '@llmchain/protocol';
import type { Logger } from 'pino';
import { enginesOf, requireProvider } from './engine/execution-provider';
import { generate, type Generate } from './engine/generate';
import { clearFolder, type ModelFiles } from './files/model-files';
import { sealedFolder } from './files/sealed-folder';
import { pause } from './ledger/back-off';
import type { Ledger } from './ledger/ledger';
import { LedgerFacts } from './ledger/ledger-facts';
import { LedgerFeed } from './ledger/ledger-feed';
import { SignerRegistration } from './ledger/signer-registration';
import { MemberDirectory } from './members/member-directory';
import { PeerClient } from './members/peer-client';
import { ModelCatalogue } from './models/model-catalogue';
import { ModelKeys } from './models/model-keys';
import { ModelStore } from './models/model-store';
import { loadServable } from './models/servable';
import { readWrappingKey } from './models/wrapping-key';
import { Outbox } from './receipts/outbox';
import { ServedTickets } from './receipts/served-tickets';
import { readSigningKey } from './receipts/signing-key';
import { Admission } from './server/admission';
import { Answering } from './server/answering';
import { WorkerServer } from './server/worker-server';
import { workerService } from './server/worker-service';
import { HeldRange } from './shard/held-range';
import { PipelineDecoder } from './shard/pipeline-decoder';
import { RangeClients } from './shard/range-client';
import { holdRange } from './shard/range-service';
import { BatchVerification } from './verifier/batch-verification';
import { Reexamination } from './verifier/reexamination';
import { VerdictServer, type AnswerVerdict } from './verifier/verdict-server';
import { VerdictStore } from './verifier/verdict-store';
import { Verifier } from './verifier/verifier';

export interface WorkerDependencies {
  ledger: Ledger;
  log: Logger;
  /** How answers are computed. */
  generate?: Generate;
}

/** Milliseconds after which connections are cut off once running answers were given their time. */
const GRACE_MS = 1_000;
const PRUNE_EVERY_MS = 600_000;

/** One member's model server and verifier: everything between the ledger, the gateways and the runtime. */
export class Worker {
  readonly #stopping = new AbortController();
  readonly #parts: { stop: () => unknown }[] = [];
  readonly #running: Promise<void>[] = [];
  #drain: () => Promise<void> = () => Promise.resolve();

  private constructor() {
    // Made by `start` alone: a worker is either running or stopped.
  }

  /**
   * Starts everything that `config.roles` ask for; resolves when calls are taken. Models are loaded, and the signing
   * key is registered, as soon as the ledger allows.
   * @throws {LlmchainError} `not_supported` for a provider that the runtime does not have
   */
  static async start(config: WorkerConfig, dependencies: WorkerDependencies): Promise<Worker> {
    const worker = new Worker();
    try {
      await worker.#start(config, dependencies);
      return worker;
    } catch (error) {
      await worker.stop();
      throw error;
    }
  }

  /** Takes no more orders, lets running answers end, and frees the models. */
  async stop(): Promise<void> {
    await this.#drain();
    this.#stopping.abort();
    for (const part of this.#parts.splice(0).reverse()) await part.stop();
  }

  async #start(config: WorkerConfig, { ledger, log, generate: compute = generate }: WorkerDependencies): Promise<void> {
    const { signal } = this.#stopping;
    const member = config.member.mspId;
    const { provider, devices, deviceMemoryMiB } = config;
    const pool = { provider, threads: config.threads, devices, deviceMemory: deviceMemoryMiB * 2 ** 20 };
    const serves = config.roles.includes('serve');

    // Chaincode may ask before anything else is up: it is told that verdicts are pending.
    const store = await VerdictStore.open(config.verdicts);
    let verdict: AnswerVerdict = (batch, root) => ({ batch, root, verdict: 'pending' });
    const verdicts = new VerdictServer(
      { socket: config.verifierSocket },
      { verdict: (batch, root, about) => verdict(batch, root, about) },
    );
    await verdicts.start();
    this.#parts.push(verdicts);

    for (const engine of enginesOf(pool)) await requireProvider(engine);
    const directory = await MemberDirectory.load(config.consortium.members);
    const certificate = await readFile(config.tls.certificate);
    const key = await readFile(config.tls.key);
    const secretKey = await readSigningKey(config.signingKey);
    const wrappingFile = path.join(path.dirname(config.signingKey), `${config.workerId}.wrapping.key`);
    const wrappingSecret = await readWrappingKey(wrappingFile);
    const facts = new LedgerFacts(ledger);
    const peers = new PeerClient({ certificate, key }, { directory });

    const source = {
      members: (owner: string) => directory.startingWith(owner).map(({ mspId }) => mspId),
      content: (from: string, sha256: string) => peers.content(from, sha256),
    };
    const files = new ModelStore({ folder: config.models }, { source, log });
    const keys = new ModelKeys({ member, worker: config.workerId, secretKey: wrappingSecret }, { ledger });
    const filesOf = async (version: ModelVersion): Promise<ModelFiles> => {
      const dataKey = isSealed(version) ? await keys.keyOf(version) : undefined;
      const folder = await files.folder(version);
      return dataKey ? sealedFolder(folder, version.files, dataKey) : clearFolder(folder);
    };
    const { holds, pipelines } = config;
    const ranges = new ModelCatalogue<HeldRange>({
      open: async (version) => HeldRange.load(await filesOf(version), version, ofVersion(holds, version)!, pool),
      log,
    });
    const clients = new RangeClients(config, { tls: { certificate, key }, directory });
    const holder = clients.holder.bind(clients);
    const models = new ModelCatalogue({
      open: async (version) => {
        const pipeline = ofVersion(pipelines, version);
        const opened = await filesOf(version);
        if (!pipeline) return loadServable(opened, version, pool);
        // What answers is in other processes; there is one way to them, however many devices this worker has.
        return loadServable(opened, version, { ...pool, devices: [0] }, (from, file, shape) =>
          PipelineDecoder.open(from, file, { version, shape, pipeline }, { holder, log }),
        );
      },
      log,
    });
    // A verifier computes by itself: through others' workers it would repeat what they said.
    const whole: Pick<ModelCatalogue, 'get'> = {
      get: (model, version) => (ofVersion(pipelines, { model, version }) ? undefined : models.toVerify(model, version)),
    };
    this.#parts.push(
      { stop: () => clients.close() },
      { stop: () => models.close() },
      { stop: () => ranges.close() },
      { stop: () => Promise.all(this.#running) },
      { stop: () => peers.close() },
    );

    const registration = new SignerRegistration(
      { signer: config.workerId, member, secretKey, wrappingKey: wrappingKeyOf(wrappingSecret) },
      { ledger, log },
    );
    const outbox = await Outbox.open(config.outbox);
    const served = await ServedTickets.open(path.join(config.outbox, 'served'));
    const answering = new Answering(
      { signer: { worker: config.workerId, producer: member, secretKey }, provider: config.provider },
      {
        admission: new Admission({ member }, { facts, models }),
        served,
        outbox,
        generate: compute,
        ready: () => registration.registered,
        log,
      },
    );
    this.#drain = () => answering.drain(config.drainMs);
    const verifies = config.roles.includes('verify');
    const verification = new BatchVerification(
      { retryMs: 250, folder: config.verdicts },
      { facts, files: peers, signal },
    );
    const verifier = new Verifier({ member }, { verification, models: whole, store, log });
    const reexamination = new Reexamination(
      { member },
      { verification, facts, files: peers, models: whole, store, log },
    );
    if (verifies)
      verdict = (batch, root, about) =>
        about ? reexamination.verdict(root, { batch, ...about }) : verifier.verdict(batch, root);
    const service = workerService(
      { member, pool: { provider, devices: devices.length, deviceMemoryMib: deviceMemoryMiB } },
      {
        directory,
        answering: serves ? answering : undefined,
        reexamination: verifies ? reexamination : undefined,
        verdict: verifies ? (batch, root) => verifier.verdict(batch, root) : undefined,
        models,
        outbox,
        hold: holdRange({ holds }, { directory, facts, ranges, log }),
        log,
      },
    );
    const server = new WorkerServer({ ...config.listen, certificate, key, roots: directory.roots }, { service });
    await server.start();
    this.#parts.push({ stop: () => server.stop(GRACE_MS) });

    const feed = new LedgerFeed(
      { chaincode: config.consortium.chaincode, position: path.join(config.verdicts, 'position') },
      { ledger, log },
    );
    const handlers = {
      model: (version: ModelVersion) => {
        if (version.state === 'revoked') answering.haltModel(version, 'revoked');
        const held = ofVersion(holds, version);
        if (held) ranges.consider(version);
        // Who holds a part has no room for the whole.
        if (!held || ofVersion(pipelines, version)) models.consider(version);
      },
      batch: (batch: Parameters<Verifier['consider']>[0], live: boolean) => {
        if (verifies) verifier.consider(batch, live);
      },
      taint: ({ subject, state }: Taint) => {
        if (subject.kind !== 'model' || state !== 'tainted') return;
        // Blocks come a little later than the state: the taint may be lifted again. Where the ledger does not say, it stands.
        facts.taint(subject).then(
          (standing) => {
            if (standing) answering.haltModel(subject, 'tainted');
          },
          () => {
            answering.haltModel(subject, 'tainted');
          },
        );
      },
    };
    const background = [feed.follow(handlers, signal), registration.ensure(signal), prune(served, signal)];
    if (verifies) background.push(verifier.run(signal));
    for (const running of background) {
      this.#running.push(running.catch((error: unknown) => log.fatal({ err: error }, 'a part of the worker ended')));
    }
    log.info({ member, roles: config.roles, provider: config.provider, port: config.listen.port }, 'worker started');
  }
}

/** What a setting says of a model version. */
function ofVersion<Setting extends { model: string; version: number }>(
  settings: readonly Setting[],
  { model, version }: { model: string; version: number },
): Setting | undefined {
  return settings.find((each) => each.model === model && each.version === version);
}

/** Forgets expired tickets now and then. */
async function prune(served: ServedTickets, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await served.prune(Date.now());
    await pause(PRUNE_EVERY_MS, signal);
  }
}
