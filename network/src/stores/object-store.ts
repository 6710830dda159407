import { mkdir, readFile } from 'node:fs/promises';
import https from 'node:https';
import path from 'node:path';
import { Client } from 'minio';
import { z } from 'zod';
import { request } from '../fabric/http';
import { readIfPresent, writeJson } from '../files';
import type { Processes, ProcessSpec } from '../processes/processes';
import { until } from '../processes/until';
import type { Programs } from '../programs/programs';
import type { Layout } from '../topology/layout';
import { HOST, listenAddress, type Member, type Topology } from '../topology/topology';

const NAME = 'object-store';
const REGION = 'us-east-1';
/** Path that answers 200 without a signature. */
export const OBJECT_STORE_HEALTH = '/health';

const Credentials = z.strictObject({ accessKey: z.string(), secretKey: z.string() });
type Credentials = z.infer<typeof Credentials>;

/** The S3 server (versitygw over a folder) that the sample consortium shares: one account and one bucket per member. */
export class ObjectStore {
  constructor(
    private readonly options: {
      readonly topology: Topology;
      readonly layout: Layout;
      readonly signal?: AbortSignal | undefined;
    },
    private readonly dependencies: { readonly processes: Processes; readonly programs: Programs },
  ) {}

  /** Sees to it that the server runs and that every member owns its bucket. */
  async up(): Promise<void> {
    const { topology, layout, signal } = this.options;
    const { processes } = this.dependencies;
    await this.#writeAccounts();
    for (const folder of ['buckets', 'metadata', 'versions'])
      await mkdir(this.#at(folder), { recursive: true, mode: 0o700 });
    const started = await processes.ensure(await this.#spec());
    const ca = await readFile(layout.services.ca.certificate, 'utf8');
    const check = (): void => processes.assertAlive(NAME);
    const url = `https://${HOST}:${topology.objectStore}${OBJECT_STORE_HEALTH}`;
    await until('the object store', async () => (await request(url, { ca })).status === 200, { check, signal });
    if (started) await Promise.all(topology.members.map((member) => this.#createBucket(member, ca)));
  }

  async #spec(): Promise<ProcessSpec> {
    const { topology, layout } = this.options;
    const { certificate, key } = layout.services.objectStore;
    const root = await readCredentials(layout.services.objectStoreRoot);
    return {
      name: NAME,
      command: this.dependencies.programs.versitygw,
      args: [
        ...['--port', listenAddress(topology.objectStore), '--region', REGION],
        ...['--cert', certificate, '--key', key],
        ...['--iam-dir', this.#at('accounts'), '--health', OBJECT_STORE_HEALTH, '--quiet'],
        'posix',
        // Metadata beside the objects rather than in extended attributes, which not every file system has.
        ...['--sidecar', this.#at('metadata'), '--versioning-dir', this.#at('versions')],
        ...['--dir-perms', '0700', '--file-perms', '0600'],
        this.#at('buckets'),
      ],
      env: {},
      secretEnv: { ROOT_ACCESS_KEY: root.accessKey, ROOT_SECRET_KEY: root.secretKey },
      cwd: this.#at('buckets'),
    };
  }

  /** The server's own file of accounts, written before its first start; each may make buckets and owns those it makes. */
  async #writeAccounts(): Promise<void> {
    const file = this.#at('accounts', 'users.json');
    if ((await readIfPresent(file)) !== undefined) return;
    const { topology, layout } = this.options;
    const accounts = await Promise.all(
      topology.members.map(async (member) => {
        const { accessKey, secretKey } = await readCredentials(layout.member(member.name).objectStoreCredentials);
        return [
          accessKey,
          { access: accessKey, secret: secretKey, role: 'userplus', userID: 0, groupID: 0, projectID: 0 },
        ];
      }),
    );
    await writeJson(file, { accessAccounts: Object.fromEntries(accounts) as unknown });
  }

  async #createBucket(member: Member, ca: string): Promise<void> {
    const { topology, layout } = this.options;
    const client = new Client({
      endPoint: HOST,
      port: topology.objectStore,
      useSSL: true,
      region: REGION,
      transportAgent: new https.Agent({ ca }),
      ...(await readCredentials(layout.member(member.name).objectStoreCredentials)),
    });
    const bucket = bucketOf(member);
    if (!(await client.bucketExists(bucket))) await client.makeBucket(bucket, REGION);
  }

  #at(...parts: string[]): string {
    return path.join(this.options.layout.data, NAME, ...parts);
  }
}

/** Name of a member's bucket. */
export function bucketOf(member: Member): string {
  return `llmchain-${member.name}`;
}

async function readCredentials(file: string): Promise<Credentials> {
  return Credentials.parse(JSON.parse(await readFile(file, 'utf8')));
}
