import { fork, type ChildProcess } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { credentials, makeClientConstructor, type Client } from '@grpc/grpc-js';
import type { GenerateEvent, GenerateRequest, ModelVersion, PendingReceipt, WorkerConfig } from '@llmchain/protocol';
import pino from 'pino';
import { Worker, WORKER_SERVICE, type Generate } from '../../inference-workers/src';
import { Authority, type Credential } from '../../network/src/identities/certificate';
import { freePort } from './free-port';
import { CHAINCODE, MemoryLedger, signerRecord } from './worker-ledger';
import { filesOf, tinyModel } from './worker-model';
import { PeerServer } from './worker-peer';
import { testGateway, type TestGateway } from './worker-requests';

const NAMES = ['guild', 'archive', 'lab', 'compute'] as const;
export type MemberName = (typeof NAMES)[number];
export const mspOf = (name: MemberName): string => `${name[0]!.toUpperCase()}${name.slice(1)}MSP`;

interface TestMember {
  folder: string;
  authority: Authority;
  tls: Credential;
  peer: PeerServer;
  peerApi: string;
  port: number;
  gateway: TestGateway;
}

/**
 * Four members whose workers are real, over real TLS with throw-away certificates and a ledger in memory; the lab owns
 * the model `tiny@1`, the guild has the session `ses-1`.
 */
export class WorkerBench {
  readonly ledger = new MemoryLedger();
  readonly members = {} as Record<MemberName, TestMember>;
  /** What a worker's configuration has beyond what all have. */
  readonly settings: Partial<Record<MemberName, Partial<WorkerConfig>>> = {};
  readonly #workers = new Map<MemberName, Worker>();
  readonly #clients: Client[] = [];
  readonly #processes: ChildProcess[] = [];
  #version!: ModelVersion;

  private constructor(readonly home: string) {}

  static async start(): Promise<WorkerBench> {
    const bench = new WorkerBench(await mkdtemp(path.join(tmpdir(), 'workers-')));
    const authorities = await Promise.all(NAMES.map((name) => Authority.create(`${mspOf(name)} TLS CA`)));
    const roots = authorities.map(({ credential }) => credential.certificate).join('\n');
    for (const [index, name] of NAMES.entries()) {
      const authority = authorities[index]!;
      const folder = path.join(bench.home, name);
      await mkdir(folder);
      const tls = await authority.issueTls(`worker.${name}`);
      const peer = new PeerServer({ ...(await authority.issueTls(`gateway.${name}`)), roots });
      const gateway = testGateway(name, mspOf(name));
      const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
      await writeFile(path.join(folder, 'signing.pem'), key, { mode: 0o600 });
      await writeFile(path.join(folder, 'tls.pem'), tls.certificate);
      await writeFile(path.join(folder, 'tls.key'), tls.key, { mode: 0o600 });
      await writeFile(path.join(folder, 'root.pem'), authority.credential.certificate);
      bench.members[name] = {
        folder,
        authority,
        tls,
        peer,
        gateway,
        peerApi: await peer.start(),
        port: await freePort(),
      };
      bench.ledger.put(
        'signer',
        [gateway.signer],
        signerRecord(gateway.signer, 'gateway', gateway.publicKey, mspOf(name)),
      );
    }
    for (const [session, name] of [
      ['ses-1', 'guild'],
      ['ses-2', 'compute'],
    ] as const) {
      bench.ledger.put('session', [session], {
        schema: 'session/1',
        session,
        caller: 'key-1',
        escrow: 1_000_000,
        reserved: 0,
        state: 'open',
        owner: { member: mspOf(name) },
        createdTx: 't',
        updatedTx: 't',
      });
    }
    const folder = path.join(bench.home, 'model');
    bench.#version = await tinyModel(folder, { seed: 1 });
    for (const content of await filesOf(folder, bench.#version)) bench.members.lab.peer.add(content);
    return bench;
  }

  get version(): ModelVersion {
    return this.#version;
  }

  /** Puts the model on the ledger as approved. */
  approve(version = this.#version): void {
    this.ledger.put('model', [version.model, String(version.version).padStart(10, '0')], version);
  }

  config(name: MemberName, roles: WorkerConfig['roles']): WorkerConfig {
    const { folder, port } = this.members[name];
    const file = (part: string): string => path.join(folder, part);
    return {
      member: { name, mspId: mspOf(name) },
      consortium: {
        channel: 'llmchain',
        chaincode: CHAINCODE,
        members: NAMES.map((other) => ({
          name: other,
          mspId: mspOf(other),
          gateway: 'http://localhost:1',
          peerApi: this.members[other].peerApi,
          workers: [{ id: `${other}-worker-1`, address: `localhost:${this.members[other].port}`, preference: 1 }],
          peer: 'localhost:1',
          tlsRoot: path.join(this.members[other].folder, 'root.pem'),
        })),
      },
      listen: { host: '127.0.0.1', port },
      tls: { certificate: file('tls.pem'), key: file('tls.key') },
      fabric: {
        peer: { address: 'localhost:1', tlsRoot: file('root.pem') },
        identity: { mspId: mspOf(name), certificate: file('tls.pem'), key: file('tls.key') },
      },
      roles,
      workerId: `${name}-worker-1`,
      signingKey: file('signing.pem'),
      verifierSocket: file('verifier.sock'),
      models: file('models'),
      outbox: file('outbox'),
      verdicts: file('verdicts'),
      provider: 'cpu',
      devices: [0],
      deviceMemoryMiB: 256,
      threads: 1,
      drainMs: 3_000,
      holds: [],
      pipelines: [],
      ...this.settings[name],
    };
  }

  async startWorker(name: MemberName, roles: WorkerConfig['roles'], generate?: Generate): Promise<void> {
    const log = pino({ level: process.env['WORKER_LOG'] ?? 'silent' });
    const dependencies = { ledger: this.ledger.as(mspOf(name)), log, ...(generate ? { generate } : {}) };
    this.#workers.set(name, await Worker.start(this.config(name, roles), dependencies));
  }

  /** Starts a member's worker in a process of its own. @param killAt tokens of answers after which it kills itself */
  async startProcess(name: MemberName, roles: WorkerConfig['roles'], killAt: number): Promise<ChildProcess> {
    const { folder } = this.members[name];
    const key = ed25519Key(await readFile(path.join(folder, 'signing.pem'), 'utf8'));
    const signer = `${name}-worker-1`;
    this.ledger.put('signer', [signer], signerRecord(signer, 'worker', key, mspOf(name)));
    const [config, records] = [path.join(folder, 'config.json'), path.join(folder, 'records.json')];
    await writeFile(config, JSON.stringify(this.config(name, roles)));
    await writeFile(records, JSON.stringify(this.ledger.records));
    const env = { ...process.env, KILL_AT: String(killAt) };
    const child = fork(path.join(__dirname, 'worker-process.cjs'), [config, records], { env, execArgv: [] });
    await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => {
        throw new Error('the worker did not start');
      }),
    ]);
    this.#processes.push(child);
    return child;
  }

  async stopWorker(name: MemberName): Promise<void> {
    await this.#workers.get(name)?.stop();
    this.#workers.delete(name);
  }

  /** One member's gateway, as a client of another member's worker. */
  client(from: MemberName, to: MemberName, identity: Credential = this.members[from].tls): WorkerClient {
    const { port, authority } = this.members[to];
    const tls = credentials.createSsl(
      Buffer.from(authority.credential.certificate),
      Buffer.from(identity.key),
      Buffer.from(identity.certificate),
    );
    const client = new (makeClientConstructor(WORKER_SERVICE, 'Worker'))(`localhost:${port}`, tls);
    this.#clients.push(client);
    return new WorkerClient(client);
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.close();
    for (const child of this.#processes) child.kill('SIGKILL');
    for (const name of [...this.#workers.keys()]) await this.stopWorker(name);
    for (const { peer } of Object.values(this.members)) await peer.stop();
    await rm(this.home, { recursive: true });
  }
}

/** Hexadecimal public half of an Ed25519 private key in PEM. */
function ed25519Key(pem: string): string {
  return createPublicKey(pem).export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex');
}

type Method = (...args: unknown[]) => {
  on: (event: string, listener: (value: never) => void) => void;
  cancel: () => void;
};

/** The worker's calls as promises. */
export class WorkerClient {
  readonly #methods: Record<string, Method>;

  constructor(client: Client) {
    this.#methods = client as unknown as Record<string, Method>;
  }

  /** Every event of one answer; `onEvent` may return false to cancel the call. */
  generate(request: GenerateRequest, onEvent?: (event: GenerateEvent) => boolean): Promise<GenerateEvent[]> {
    return new Promise((resolve, reject) => {
      const events: GenerateEvent[] = [];
      const call = this.#methods['generate']!.call(this.#methods, request);
      call.on('data', (event: GenerateEvent) => {
        events.push(event);
        if (onEvent?.(event) === false) call.cancel();
      });
      call.on('end', () => resolve(events));
      call.on('error', (error: Error & { code?: number }) => {
        if (error.code === 1) resolve(events);
        else reject(error);
      });
    });
  }

  call<Reply>(method: 'halt' | 'models' | 'pendingReceipts' | 'acknowledgeReceipts', request: object): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#methods[method]!.call(this.#methods, request, (error: Error | null, reply: Reply) => {
        if (error) reject(error);
        else resolve(reply);
      });
    });
  }

  async pending(): Promise<PendingReceipt[]> {
    return (await this.call<{ receipts: PendingReceipt[] }>('pendingReceipts', { limit: 100 })).receipts;
  }
}
