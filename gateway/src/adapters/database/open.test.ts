import { silent } from '../../../../test/support/gateway-member';
import { TestPostgres } from '../../../../test/support/postgres';
import { openPool } from './open';

test('a connection that breaks between two queries of its borrower ends neither the process nor the pool', async () => {
  const postgres = await TestPostgres.start();
  try {
    const { rows } = await postgres.pool().query<{ unix_socket_directories: string }>('show unix_socket_directories');
    const folder = encodeURIComponent(rows[0]!.unix_socket_directories);
    const url = `postgresql://postgres@localhost/postgres?host=${folder}`;
    const warn = jest.fn();
    const pool = openPool({ url, numbers: true }, { ...silent, warn });
    const borrowed = await pool.connect();
    const { rows: mine } = await borrowed.query<{ pid: number }>('select pg_backend_pid() as pid');
    const ended = new Promise<void>((resolve) => borrowed.once('end', resolve));
    await postgres.pool().query('select pg_terminate_backend($1)', [mine[0]!.pid]);
    await ended;
    expect(warn).toHaveBeenCalled();
    await expect(borrowed.query('select 1')).rejects.toThrow();
    borrowed.release(true);
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
  } finally {
    await postgres.stop();
  }
}, 30_000);
