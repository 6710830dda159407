import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Roots } from '@llmchain/evidence';
import { LlmchainError, publicKeyOf } from '@llmchain/protocol';
import type pg from 'pg';
import { C2paManifests } from '../../gateway/src/adapters/content/c2pa-manifests';
import { SharpImages } from '../../gateway/src/adapters/content/sharp-images';
import { openDatabase, openPool } from '../../gateway/src/adapters/database/open';
import { PostgresApiKeys } from '../../gateway/src/adapters/database/postgres-api-keys';
import { PostgresAccessLog } from '../../gateway/src/adapters/database/postgres-access-log';
import { PostgresBookmarks } from '../../gateway/src/adapters/database/postgres-bookmarks';
import { PostgresDataKeys } from '../../gateway/src/adapters/database/postgres-data-keys';
import { PostgresHoldings } from '../../gateway/src/adapters/database/postgres-holdings';
import { PostgresOperations } from '../../gateway/src/adapters/database/postgres-operations';
import { PostgresProduction } from '../../gateway/src/adapters/database/postgres-production';
import { PostgresUploads } from '../../gateway/src/adapters/database/postgres-uploads';
import { PostgresSessions } from '../../gateway/src/adapters/database/postgres-sessions';
import { FileSpool } from '../../gateway/src/adapters/object-store/file-spool';
import { KeyRing } from '../../gateway/src/adapters/object-store/key-ring';
import { SealedFaults } from '../../gateway/src/adapters/object-store/sealed-faults';
import { SealedModelKeys } from '../../gateway/src/adapters/object-store/sealed-model-keys';
import { SealedOpenings } from '../../gateway/src/adapters/object-store/sealed-openings';
import { SealedStore } from '../../gateway/src/adapters/object-store/sealed-store';
import { SealedTerms } from '../../gateway/src/adapters/object-store/sealed-terms';
import { Gateway, type GatewayPorts } from '../../gateway/src/gateway';
import type { Actor, Role } from '../../gateway/src/ports/actor';
import type { Chain } from '../../gateway/src/ports/chain';
import type { Log } from '../../gateway/src/ports/log';
import { hashOfKey } from '../../gateway/src/usecases/authenticate';
import { opinionOf, WorldLedgers, type TestLedger } from './gateway-ledger';
import { TestIndex } from './gateway-index';
import { TestLineage } from './gateway-lineage';
import { NEIGHBOUR_HEADER, TestPeers } from './gateway-peers';
import { MemoryStore } from './gateway-store';
import { TestWorkers, type TestWorker } from './gateway-workers';

/** The node on which each of them keeps shards. */
const DATA_NODE = { node: 'storage', kind: 'storage', capacity: 1_000_000_000 } as const;

export const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** What the gateways of one test share. */
export interface Surroundings {
  ledger: TestLedger;
  /** Folder of a Postgres server's Unix socket. */
  database: string;
  workers: ReadonlyMap<string, TestWorker>;
  /** Peer APIs by MSP id; each gateway enters its own. */
  peerApis: Map<string, string>;
  members: readonly string[];
  log?: Log;
  /** Blocks, signed reads and roots, for a test of evidence. */
  evidence?: { chain: Chain; roots: Roots } | undefined;
}

/** A gateway whose outside is a test's: real routes, use cases, Postgres and chaincode; everything else in memory. */
export class TestMember {
  /** The API for people and programs. */
  url = '';

  private constructor(
    readonly mspId: string,
    readonly gateway: Gateway,
    readonly ports: GatewayPorts & { lineage: TestLineage },
    /** What lies in the member's bucket, as it lies there. */
    readonly bucket: MemoryStore,
    private readonly pool: pg.Pool,
    private readonly folder: string,
    private readonly servers: http.Server[],
  ) {}

  static async start(mspId: string, surroundings: Surroundings, schema: string): Promise<TestMember> {
    const { ledger, workers, peerApis, members, log = silent, evidence } = surroundings;
    const url = `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(surroundings.database)}`;
    const pool = openPool({ url, schema, numbers: true }, log);
    const database = await openDatabase(pool, schema);
    const folder = await mkdtemp(join(tmpdir(), 'gateway-'));
    const ledgers = await WorldLedgers.of(ledger, mspId);
    const bucket = new MemoryStore();
    const ring = new KeyRing({ keys: [randomBytes(32)] });
    const keys = new PostgresDataKeys({}, { database });
    const store = new SealedStore({}, { store: bucket, keys, ring, log });
    const lineage = new TestLineage();
    const index = new TestIndex(ledger.world);
    ledger.watchers.push(() => {
      index.written();
    });
    const blockless = () => Promise.reject(new LlmchainError('unavailable', 'There are no blocks in this test.'));
    const ports = {
      accessLog: new PostgresAccessLog({}, { database }),
      bookmarks: new PostgresBookmarks({}, { database }),
      chain: evidence?.chain ?? { block: blockless, signedRead: blockless },
      keys: new PostgresApiKeys({}, { database }),
      enrolment: { enrol: () => Promise.resolve(), forget: () => Promise.resolve() },
      images: new SharpImages(),
      ledgers,
      index,
      lineage,
      log,
      holdings: new PostgresHoldings({}, { database }),
      manifests: new C2paManifests(),
      operations: new PostgresOperations({}, { database }),
      faults: new SealedFaults({ key: randomBytes(32) }, { store: bucket }),
      openings: new SealedOpenings({ key: randomBytes(32) }, { store: bucket }),
      peers: new TestPeers(mspId, peerApis),
      production: new PostgresProduction({}, { database }),
      sessions: new PostgresSessions({}, { database }),
      spool: new FileSpool({ folder }),
      store,
      terms: new SealedTerms({ key: randomBytes(32) }, { store: bucket }),
      uploads: new PostgresUploads({}, { database }),
      vault: new SealedModelKeys({ key: randomBytes(32) }, { store: bucket }),
      workers: new TestWorkers(workers, (member) => opinionOf(ledger, member)),
    };
    const secretKey = new Uint8Array(randomBytes(32));
    const signer = `${mspId.toLowerCase()}-gateway-1`;
    if (!(await ledgers.service.find('signer', signer))) {
      const request = { operationId: `signer-${schema}-${Date.now()}`, signer, kind: 'gateway' as const };
      await ledgers.service.submit('members:registerSigner', { ...request, publicKey: publicKeyOf(secretKey) });
      const node = { operationId: `node-${schema}-${Date.now()}`, ...DATA_NODE, state: 'active' as const };
      await ledgers.service.submit('datasets:registerNode', node);
    }
    const gateway = new Gateway(
      {
        own: mspId,
        chaincode: 'llmchain',
        roots: evidence?.roots ?? { genesis: '', authorities: new Map() },
        members,
        signer,
        secretKey,
        anchorEveryMs: 1_000,
        dataNode: DATA_NODE,
      },
      { ports, neighbourOf: (request) => request.headers[NEIGHBOUR_HEADER] as string | undefined },
    );
    const servers = [http.createServer(gateway.api), http.createServer(gateway.peerApi)];
    const member = new TestMember(mspId, gateway, ports, bucket, pool, folder, servers);
    const [api, peer] = (await Promise.all(servers.map(listening))) as [string, string];
    member.url = api;
    peerApis.set(mspId, peer);
    return member;
  }

  /** An API key of this member, made without the ledger; with credits its session is opened there, too. */
  async key(role: Role, name: string, credits?: number): Promise<{ key: string; actor: Actor }> {
    const id = `key-${randomBytes(6).toString('hex')}`;
    const key = `lk_${randomBytes(32).toString('base64url')}`;
    const session = credits === undefined ? undefined : `ses-${id}`;
    const actor: Actor = { key: id, role, name, ...(session ? { session } : {}) };
    await this.ports.keys.add(actor, hashOfKey(key));
    if (session && credits !== undefined) {
      const admin = await this.ports.ledgers.as({ key: `admin-${this.mspId}`, role: 'admin', name: 'admin' });
      await admin.submit('inference:openSession', {
        operationId: `open-${session}`,
        session,
        caller: id,
        amount: credits,
      });
      await this.ports.sessions.open(session, credits);
    }
    return { key, actor };
  }

  /** Calls the API; `body` goes out as JSON, text as it is. */
  async call(
    key: string | undefined,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
    const response = await fetch(this.url + path, {
      method,
      headers: { ...(key ? { authorization: `Bearer ${key}` } : {}), 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    return { status: response.status, body: answer, headers: response.headers };
  }

  /** What a session has left, spent and set aside, by its row. */
  async session(id: string): Promise<{ escrow: number; spent: number; reserved: number }> {
    const { rows } = await this.pool.query('select escrow, spent, reserved from session where id = $1', [id]);
    return rows[0] as { escrow: number; spent: number; reserved: number };
  }

  async stop(): Promise<void> {
    for (const server of this.servers) {
      server.closeAllConnections();
      server.close();
    }
    await this.pool.end();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function listening(server: http.Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
