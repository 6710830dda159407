import { randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { CaClient } from '@llmchain/ca-client';
import { rootsFrom } from '@llmchain/evidence';
import { createIndexer } from '@llmchain/indexer';
import { decodeJson, GatewayConfig } from '@llmchain/protocol';
import { pino } from 'pino';
import { z } from 'zod';
import { C2paManifests } from './adapters/content/c2pa-manifests';
import { SharpImages } from './adapters/content/sharp-images';
import { openDatabase, openPool } from './adapters/database/open';
import { PostgresApiKeys } from './adapters/database/postgres-api-keys';
import { PostgresAccessLog } from './adapters/database/postgres-access-log';
import { PostgresBookmarks } from './adapters/database/postgres-bookmarks';
import { PostgresDataKeys } from './adapters/database/postgres-data-keys';
import { PostgresHoldings } from './adapters/database/postgres-holdings';
import { PostgresOperations } from './adapters/database/postgres-operations';
import { PostgresProduction } from './adapters/database/postgres-production';
import { PostgresUploads } from './adapters/database/postgres-uploads';
import { PostgresSessions } from './adapters/database/postgres-sessions';
import { FabricLedgers } from './adapters/fabric/fabric-ledgers';
import { CaWallet } from './adapters/identity/ca-wallet';
import { ed25519Seed } from './adapters/identity/signing-key';
import { FileSpool } from './adapters/object-store/file-spool';
import { S3Store } from './adapters/object-store/s3-store';
import { KeyRing } from './adapters/object-store/key-ring';
import { SealedFaults } from './adapters/object-store/sealed-faults';
import { SealedModelKeys } from './adapters/object-store/sealed-model-keys';
import { SealedOpenings } from './adapters/object-store/sealed-openings';
import { SealedStore } from './adapters/object-store/sealed-store';
import { SealedTerms } from './adapters/object-store/sealed-terms';
import { HttpsPeers } from './adapters/peers/https-peers';
import { GrpcWorkers } from './adapters/workers/grpc-workers';
import { Gateway, neighbourByRoot } from './gateway';

const Environment = z.object({
  /** File with a GatewayConfig as JSON. */
  LLMCHAIN_CONFIG: z.string().min(1),
  LLMCHAIN_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});
const Credentials = z.strictObject({ accessKey: z.string(), secretKey: z.string() });
const Registrar = z.strictObject({ id: z.string(), secret: z.string() });

const SCHEMA = 'gateway';

/** Longest time for what is under way when the process is told to end, milliseconds. */
const FAREWELL = 8_000;
/** How often certificates are revoked that could not be when their keys were forgotten, milliseconds. */
const SETTLING_EVERY = 60_000;

/** A key that seals what lies in the bucket; made at the first start, beside the signing key. */
function sealingKey(signingKey: string, name: 'openings.key' | 'terms.key' | 'faults.key' | 'models.key'): Buffer {
  const file = path.join(path.dirname(signingKey), name);
  try {
    writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return Buffer.from(readFileSync(file, 'utf8').trim(), 'hex');
}

function listen(server: http.Server, where: { host: string; port: number }): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where.port, where.host, () => resolve(server.address() as AddressInfo));
  });
}

function close(server: http.Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), FAREWELL / 2).unref();
  });
}

async function main(): Promise<void> {
  const environment = Environment.parse(process.env);
  const config = decodeJson(GatewayConfig, await readFile(environment.LLMCHAIN_CONFIG, 'utf8'), 'configuration');
  const { member, consortium } = config;
  const log = pino({
    level: environment.LLMCHAIN_LOG_LEVEL,
    base: { service: `gateway-${member.name}` },
    redact: ['*.authorization', '*.key', '*.password', '*.prompt', '*.messages', '*.input'],
  });

  const members = await Promise.all(
    consortium.members.map(async (each) => ({ ...each, root: await readFile(each.tlsRoot) })),
  );
  const tls = { certificate: await readFile(config.tls.certificate), key: await readFile(config.tls.key) };

  const url = (await readFile(config.databaseUrl, 'utf8')).trim();
  const tlsRoot = await readFile(config.databaseRoot);
  const pool = openPool({ url, tlsRoot, schema: SCHEMA, numbers: true }, log);
  const indexPool = openPool({ url, tlsRoot, numbers: false, connections: 6 }, log);
  const database = await openDatabase(pool, SCHEMA);

  const { objectStore } = config;
  const bucket = new S3Store({
    ...objectStore,
    tlsRoot: await readFile(objectStore.tlsRoot),
    ...decodeJson(Credentials, await readFile(objectStore.credentials, 'utf8'), 'object store credentials'),
  });
  const openings = new SealedOpenings({ key: sealingKey(config.signingKey, 'openings.key') }, { store: bucket });
  const terms = new SealedTerms({ key: sealingKey(config.signingKey, 'terms.key') }, { store: bucket });
  const ring = KeyRing.read(path.join(path.dirname(config.signingKey), 'content.key'));
  const store = new SealedStore({}, { store: bucket, keys: new PostgresDataKeys({}, { database }), ring, log });
  await store.rewrap();
  const spool = new FileSpool({ folder: path.join(os.tmpdir(), `llmchain-spool-${process.pid}`) });

  const { authority } = config;
  const ca = new CaClient({
    url: authority.url,
    caName: authority.caName,
    tlsRoot: await readFile(authority.tlsRoot, 'utf8'),
  });
  const registrar = decodeJson(Registrar, await readFile(authority.registrar, 'utf8'), 'registrar');
  const wallet = new CaWallet({ folder: authority.wallet, registrar }, { ca, log });
  const { identity, peer } = config.fabric;
  const ledgers = new FabricLedgers(
    { channel: consortium.channel, chaincode: consortium.chaincode, mspId: member.mspId },
    {
      peer: { address: peer.address, tlsRoot: await readFile(peer.tlsRoot) },
      service: {
        mspId: identity.mspId,
        certificate: await readFile(identity.certificate),
        privateKey: await readFile(identity.key),
      },
      wallet,
    },
  );
  const indexer = createIndexer(
    { channel: consortium.channel, chaincode: consortium.chaincode, member: member.mspId },
    { ledger: ledgers.service, pool: indexPool, log: log.child({ part: 'indexer' }) },
  );
  const workers = new GrpcWorkers(
    {
      workers: members.flatMap(({ mspId, workers, root }) =>
        workers.map((worker) => ({ ...worker, member: mspId, tlsRoot: root })),
      ),
    },
    { tls },
  );
  const peers = new HttpsPeers(
    { peers: members.map(({ mspId, peerApi, root }) => ({ mspId, url: peerApi, tlsRoot: root })) },
    { tls },
  );

  const gateway = new Gateway(
    {
      own: member.mspId,
      chaincode: consortium.chaincode,
      roots: await rootsFrom(await readdir(config.roots), (name) => readFile(path.join(config.roots, name), 'utf8')),
      members: members.map(({ mspId }) => mspId),
      signer: `${member.name}-gateway-1`,
      secretKey: ed25519Seed(await readFile(config.signingKey, 'utf8')),
      anchorEveryMs: config.anchorEveryMs,
      dataNode: config.dataNode,
    },
    {
      ports: {
        chain: ledgers.service,
        keys: new PostgresApiKeys({}, { database }),
        enrolment: wallet,
        images: new SharpImages(),
        ledgers,
        index: indexer,
        lineage: indexer,
        log,
        manifests: new C2paManifests(),
        openings,
        faults: new SealedFaults({ key: sealingKey(config.signingKey, 'faults.key') }, { store: bucket }),
        accessLog: new PostgresAccessLog({}, { database }),
        bookmarks: new PostgresBookmarks({}, { database }),
        holdings: new PostgresHoldings({}, { database }),
        operations: new PostgresOperations({}, { database }),
        peers,
        production: new PostgresProduction({}, { database }),
        sessions: new PostgresSessions({}, { database }),
        spool,
        store,
        terms,
        uploads: new PostgresUploads({}, { database }),
        vault: new SealedModelKeys({ key: sealingKey(config.signingKey, 'models.key') }, { store: bucket }),
        workers,
      },
      neighbourOf: neighbourByRoot(new Map(members.map(({ mspId, root }) => [mspId, new X509Certificate(root)]))),
    },
  );

  await indexer.start();
  await gateway.start((await readFile(config.adminKey, 'utf8')).trim());
  const api = http.createServer(gateway.api);
  const peerApi = https.createServer(
    {
      cert: tls.certificate,
      key: tls.key,
      ca: members.map(({ root }) => root),
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.3',
    },
    gateway.peerApi,
  );
  // Long answers are streamed for as long as their tickets live; bodies have to come in time.
  api.requestTimeout = 300_000;
  const [at, peerAt] = await Promise.all([listen(api, config.listen), listen(peerApi, config.peerListen)]);
  log.info({ port: at.port, peerPort: peerAt.port }, 'the gateway answers');
  void wallet.settle();
  setInterval(() => void wallet.settle(), SETTLING_EVERY).unref();

  const end = async (): Promise<void> => {
    log.info({}, 'the gateway ends');
    setTimeout(() => process.exit(1), FAREWELL).unref();
    await Promise.all([close(api), close(peerApi), gateway.stop(), indexer.stop()]);
    workers.close();
    peers.close();
    ledgers.close();
    await Promise.all([pool.end(), indexPool.end()]);
    await spool.clear();
  };
  const once = (): void => {
    end().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', once);
  process.once('SIGINT', once);
}

main().catch((error: unknown) => {
  process.stderr.write(
    `The gateway could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(1);
});
