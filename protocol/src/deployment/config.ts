import { z } from 'zod';
import { DataNodeEntry } from '../records/data-node';

/**
 * What one service of one member is told at its start. `network` renders these files, the services parse them;
 * nothing in them is a secret: secrets are named by the path of a file with mode 0600.
 */

const path = z.string().min(1);
const port = z.number().int().min(1).max(65_535);
const listen = z.strictObject({ host: z.string(), port });

/** One of a member's workers. */
const worker = z.strictObject({
  /** The worker's id on the ledger. */
  id: z.string().min(1),
  /** gRPC address, `host:port`. */
  address: z.string(),
  /** How much it is preferred: one of 2 is given orders until it has twice as much to do as one of 1. */
  preference: z.number().min(0.01).max(100).default(1),
});

/** Where the other members' services answer, and the root that their TLS certificates chain to. */
export const MemberEndpoints = z.strictObject({
  name: z.string(),
  mspId: z.string(),
  /** The API for people and programs, `http(s)://…`. */
  gateway: z.url(),
  /** The API between gateways and workers of the consortium, over mutual TLS, `https://…`. */
  peerApi: z.url(),
  workers: z.array(worker).min(1),
  /** gRPC address of the member's Fabric peer, `host:port`. */
  peer: z.string(),
  /** PEM file. */
  tlsRoot: path,
});
export type MemberEndpoints = z.infer<typeof MemberEndpoints>;

const consortium = z.strictObject({
  channel: z.string(),
  chaincode: z.string(),
  members: z.array(MemberEndpoints).min(1),
});

const member = z.strictObject({ name: z.string(), mspId: z.string() });

/** This service's own TLS identity (PEM files); it presents it to, and demands the like from, other services. */
const tls = z.strictObject({ certificate: path, key: path });

/** How to speak to the ledger: the member's own peer first, then the certificate and key to sign with. */
const fabric = z.strictObject({
  peer: z.strictObject({ address: z.string(), tlsRoot: path }),
  identity: z.strictObject({ mspId: z.string(), certificate: path, key: path }),
});

export const GatewayConfig = z.strictObject({
  member,
  consortium,
  listen,
  peerListen: listen,
  tls,
  fabric,
  /** The member's certificate authority (fabric-ca), from which the gateway enrols the holders of API keys. */
  authority: z.strictObject({
    /** Base URL of the server, `https://…`. */
    url: z.url(),
    /** Which of the server's authorities is the member's. */
    caName: z.string().min(1),
    /** PEM of the root that the server's TLS certificate chains to. */
    tlsRoot: path,
    /** JSON file `{id, secret}` of an identity that may register and revoke others. */
    registrar: path,
    /** Folder where the gateway keeps the certificates and keys of the holders. */
    wallet: path,
  }),
  /** Folder with the members' root certificates and the genesis block's hash, which evidence is checked with. */
  roots: path,
  /** Ed25519 private key (PKCS #8 PEM) that signs tickets; its public half is registered on the ledger. */
  signingKey: path,
  /** File with one line, a `postgresql://` URL; `databaseRoot` is the PEM of the server's TLS root. */
  databaseUrl: path,
  databaseRoot: path,
  objectStore: z.strictObject({
    host: z.string(),
    port,
    tlsRoot: path,
    bucket: z.string(),
    /** JSON file `{accessKey, secretKey}`. */
    credentials: path,
  }),
  /**
   * The node of the member's whose shards this gateway keeps in its bucket. It registers the node when there is none under
   * the id; a node of the member's with another bucket has a gateway of its own.
   */
  dataNode: DataNodeEntry.omit({ state: true }).default({ node: 'storage', kind: 'storage', capacity: 2 ** 40 }),
  /** File with the API key of the member's administrator. */
  adminKey: path,
  /** How often the receipts of the own worker are anchored. */
  anchorEveryMs: z.number().int().min(100).default(1000),
});
export type GatewayConfig = z.infer<typeof GatewayConfig>;

const layer = z.number().int().min(0).max(4_095);
const range = { first: layer, last: layer };
const version = { model: z.string().min(1), version: z.number().int().min(1) };

/** Layers of a model version that a worker computes for others. */
const heldRange = z
  .strictObject({
    ...version,
    ...range,
    /** MSP ids of the members whose workers may have them computed. */
    heads: z.array(z.string().min(1)).min(1),
  })
  .refine(({ first, last }) => first <= last, 'A range ends before it begins.');

/** A model version that a worker answers with, its layers computed by others. */
const pipeline = z
  .strictObject({
    ...version,
    /** From the first layer to the last; each with the ids of the workers that hold it, this one may be among them. */
    ranges: z.array(z.strictObject({ ...range, holders: z.array(z.string().min(1)).min(1).max(8) })).min(1),
    /** Takes ranges that one worker, or one member's workers alone hold; an answer ends where these do. */
    heldOnce: z.boolean().default(false),
    /** Silence after which a holder has failed. */
    timeoutMs: z.number().int().min(50).max(600_000).default(5_000),
    /** Of so many passes through a range, one on average is computed by another member's holder as well, and compared; 0: none. */
    compareEvery: z.number().int().min(0).max(1_000_000).default(256),
  })
  .refine(
    ({ ranges }) => ranges.every(({ first, last }, at) => first === (at && ranges[at - 1]!.last + 1) && first <= last),
    'The ranges of a pipeline begin with layer 0, and each where the one before it ends.',
  )
  .refine(
    ({ ranges, heldOnce }) => heldOnce || ranges.every(({ holders }) => new Set(holders).size > 1),
    'A range that one worker alone holds ends all answers with it. Name a second holder, or set "heldOnce".',
  );

/** Workers of one member may fail together, and lie with one voice: two of them are no more than one. */
function demandMembers(
  config: { consortium: { members: MemberEndpoints[] }; pipelines: z.infer<typeof pipeline>[] },
  context: z.RefinementCtx,
): void {
  const { members } = config.consortium;
  const refuse = (at: [number, number], message: string): void => {
    const path = ['pipelines', at[0], 'ranges', at[1], 'holders'];
    context.addIssue({ code: 'custom', path, message });
  };
  for (const [at, { ranges, heldOnce }] of config.pipelines.entries())
    for (const [index, { first, last, holders }] of ranges.entries()) {
      const owners = holders.map((id) => members.find(({ workers }) => workers.some((each) => each.id === id))?.mspId);
      const unknown = owners.indexOf(undefined);
      if (unknown >= 0) refuse([at, index], `No member has a worker ${holders[unknown]}.`);
      else if (!heldOnce && new Set(owners).size < 2)
        refuse(
          [at, index],
          `Layers ${first} to ${last} are held by workers of one member alone. Name another member's.`,
        );
    }
}

const workerConfig = z.strictObject({
  member,
  consortium,
  listen,
  tls,
  fabric,
  roles: z.array(z.enum(['serve', 'verify'])).min(1),
  /** The worker's id on the ledger. */
  workerId: z.string(),
  /** Ed25519 private key (PKCS #8 PEM) that signs receipts. */
  signingKey: path,
  /** Unix socket on which the member's own chaincode asks for verdicts. */
  verifierSocket: path,
  /** Folders: model files by digest; receipts not yet fetched by the gateway; verdicts. */
  models: path,
  outbox: path,
  verdicts: path,
  provider: z.enum(['cpu', 'cuda', 'webgpu']).default('cpu'),
  /** The provider's devices that answers are computed on, by their numbers; only `cuda` has more than the first. */
  devices: z.array(z.number().int().min(0).max(63)).min(1).max(16).default([0]),
  /** Memory of each device that keys and values of a model may take, MiB. */
  deviceMemoryMiB: z.number().int().min(16).max(4_194_304).default(1_024),
  threads: z.number().int().min(1).max(64).default(1),
  /** How long running answers may take to end when the worker is told to stop; it refuses new ones from then on. */
  drainMs: z.number().int().min(0).max(3_600_000).default(8_000),
  /** Large models are split by layers over workers of several members: what this one holds, and what it answers with. */
  holds: z.array(heldRange).default([]),
  pipelines: z.array(pipeline).default([]),
});
export const WorkerConfig = workerConfig.superRefine(demandMembers);
export type WorkerConfig = z.infer<typeof WorkerConfig>;

/** Environment of the chaincode server: `CORE_PEER_LOCALMSPID` and the socket of the member's own verifier. */
export const ChaincodeEnvironment = z.object({
  CORE_PEER_LOCALMSPID: z.string().min(1),
  LLMCHAIN_VERIFIER_SOCKET: z.string().min(1),
  LLMCHAIN_VERIFIER_TIMEOUT_MS: z.coerce.number().int().positive().default(1500),
});
