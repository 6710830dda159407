import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createIndexer, type Indexer } from '@llmchain/indexer';
import { LedgerClient, openConnection } from '@llmchain/ledger-client';
import { decodeJson, GatewayConfig } from '@llmchain/protocol';
import { Pool } from 'pg';
import { z } from 'zod';
import type { MemberApi } from '../../cli/src/api/member-api';
import { Trace } from '../../cli/src/commands/trace';
import { everywhere, Placed, settled } from '../../cli/src/consortium/settled';
import { Scenario } from './support/consortium';

const Registered = z.looseObject({ works: z.array(z.looseObject({ id: z.string() })), block: z.number() });
const Height = z.object({ height: z.number() });
const Report = z.object({
  name: z.literal('ledger'),
  rounds: z.literal(1),
  ratio: z.null(),
  arms: z.record(z.string(), z.object({ median: z.number().positive(), unit: z.string() })),
});

/** All but the receipts, which are not from the ledger. */
const TABLES = ['checkpoint', 'block', 'transaction', 'write', 'node', 'edge'];
const quiet = { info: (): void => undefined, warn: (): void => undefined };

/** What a member's gateway has its index from: its database, and its peer. */
function stores(
  scenario: Scenario,
  member: string,
): { pool: Pool; ledger: () => LedgerClient; close: () => Promise<void> } {
  const file = join(scenario.home, 'members', member, 'gateway.json');
  const config = decodeJson(GatewayConfig, readFileSync(file, 'utf8'), 'configuration');
  const { peer, identity } = config.fabric;
  const pool = new Pool({
    connectionString: readFileSync(config.databaseUrl, 'utf8').trim(),
    ssl: { ca: readFileSync(config.databaseRoot), rejectUnauthorized: true },
  });
  const connection = openConnection({ address: peer.address, tlsRoot: readFileSync(peer.tlsRoot) });
  const ledger = (): LedgerClient =>
    new LedgerClient(config.consortium, connection, {
      mspId: identity.mspId,
      certificate: readFileSync(identity.certificate),
      privateKey: readFileSync(identity.key),
    });
  const close = async (): Promise<void> => {
    connection.close();
    await pool.end();
  };
  return { pool, ledger, close };
}

/** Number and digest of each table's rows. */
async function contents(pool: Pool, schema: string): Promise<Record<string, unknown>> {
  const tables = await Promise.all(
    TABLES.map(async (table) => {
      const { rows } = await pool.query<{ rows: string; digest: string }>(
        `SELECT count(*) AS rows, md5(string_agg(t::text, E'\\n' ORDER BY t::text)) AS digest FROM "${schema}"."${table}" t`,
      );
      return [table, rows[0]] as const;
    }),
  );
  return Object.fromEntries(tables);
}

describe('the index is the ledger and nothing else', () => {
  let scenario: Scenario;
  let artist: MemberApi;
  let steward: MemberApi;
  let work: string;
  /** The block of each chapter. */
  const at = { registered: 0, offered: 0, accepted: 0, sealed: 0 };

  beforeAll(async () => {
    scenario = await Scenario.shared();
    artist = await scenario.someone('guild', 'artist', 'painter');
    steward = await scenario.someone('archive', 'steward', 'archivist');
  });

  const does = async (api: MemberApi, path: string, body: object): Promise<number> => {
    const { block } = await api.post(path, body, Placed);
    await everywhere(scenario.members, block);
    return block;
  };
  const trace = (id: string, direction: 'up' | 'down', asOf?: number): Promise<z.infer<typeof Trace>> =>
    artist.get(`/v1/trace/${id}?direction=${direction}${asOf === undefined ? '' : `&asOf=${asOf}`}`, Trace);

  test('a work is registered, licensed and sealed into a dataset; the members change their terms', async () => {
    const verses = {
      title: 'Verses',
      creators: [{ person: 'painter', share: 10_000 }],
      medium: 'text',
      preference: { training: 'constrained', generative_training: 'constrained' },
      content: { text: 'Rough winds do shake the darling buds of May' },
    };
    const registered = await artist.post('/v1/artworks', { works: [verses] }, Registered);
    work = registered.works[0]!.id;
    at.registered = registered.block;
    at.offered = await does(artist, '/v1/licences', {
      ...{ licence: 'verses', works: [work], licensee: '*', uses: ['training', 'generative_training'] },
      ...{ from: 0, until: null, price: 0, weight: 100 },
    });
    at.accepted = await does(steward, '/v1/licences/verses/accept', {});
    await settled(scenario.members, steward, '/v1/datasets', { dataset: 'verses', title: 'Verses', purpose: 'A poet' });
    const items = [{ work, spdx: 'CC0-1.0', licence: 'verses' }];
    at.sealed = await does(steward, '/v1/datasets/verses/versions', { version: 1, items });
    const [first, ...others] = scenario.members;
    const motion = { kind: 'policy', terms: { batchTimeoutMs: 60_000 } };
    await does(first!.admin, '/v1/proposals', { proposal: 'patience', motion });
    for (const { admin } of others.slice(0, 2)) await does(admin, '/v1/proposals/patience/votes', { approve: true });
  });

  test('a trace as of a block answers what was true then, both ways', async () => {
    const ids = async (asOf: number): Promise<string[]> =>
      (await trace(work, 'down', asOf)).nodes.map(({ id }) => id).filter((id) => id !== work);
    expect(await ids(at.registered)).toEqual([]);
    expect(await ids(at.offered)).toEqual(['licence:verses']);
    expect(await ids(at.sealed - 1)).toEqual(['licence:verses']);
    expect(await ids(at.sealed)).toEqual(['dataset:verses@1', 'licence:verses']);

    const licence = async (asOf: number): Promise<unknown> =>
      (await trace('licence:verses', 'up', asOf)).nodes.find(({ type }) => type === 'licence')?.data;
    expect(await licence(at.accepted - 1)).toMatchObject({ state: 'offered' });
    expect(await licence(at.accepted)).toMatchObject({ state: 'active' });
    const terms = async (asOf?: number): Promise<unknown> => (await trace('consortium', 'up', asOf)).nodes[0]?.data;
    expect(await terms()).toMatchObject({ batchTimeoutMs: 60_000 });
    expect(await terms(at.sealed)).not.toHaveProperty('batchTimeoutMs');

    const whole = await trace('verses@1', 'up');
    expect(whole).toMatchObject({ complete: true, gaps: [] });
    expect(whole.nodes.map(({ type }) => type).sort()).toEqual(['account', 'dataset', 'licence', 'work']);
    await expect(trace('verses@1', 'up', at.sealed - 1)).rejects.toThrowWithCode('not_found');
    await expect(trace('verses@1', 'up', 1_000_000)).rejects.toThrowWithCode('not_yet_indexed');
  });

  test('bench ledger measures reads and writes on it', async () => {
    const { code, answer, stderr } = await scenario.command('bench', 'ledger', '--smoke');
    expect([code, stderr]).toEqual([0, expect.stringContaining('write p50, 1')]);
    const { arms } = Report.parse(answer);
    expect(Object.keys(arms)).toEqual(
      expect.arrayContaining(['evaluate', 'evaluate, client', 'write p50, 1', 'write p95, 8', 'writes, 64']),
    );
    expect((await scenario.command('bench', 'nothing')).answer).toMatchObject({ error: { code: 'not_supported' } });
  });

  test('rebuilt from genesis it has the same rows, and so has every member', async () => {
    const heights = await Promise.all(scenario.members.map(({ admin }) => admin.get('/v1/ledger/height', Height)));
    const last = Math.max(...heights.map(({ height }) => height)) - 1;
    await everywhere(scenario.members, last);
    const guild = stores(scenario, 'guild');
    const archive = stores(scenario, 'archive');
    const options = { channel: 'llmchain', chaincode: 'llmchain', member: 'GuildMSP', schema: 'rebuilt' };
    const ledger = guild.ledger();
    const rebuilt: Indexer = createIndexer(options, { ledger, pool: guild.pool, log: quiet });
    try {
      const rows = await contents(guild.pool, 'indexer');
      expect(rows['node']).toMatchObject({ rows: expect.stringMatching(/^[1-9]\d+$/) });
      expect(await contents(archive.pool, 'indexer')).toEqual(rows);
      await rebuilt.start();
      await rebuilt.waitFor(last, 30_000);
      expect(await contents(guild.pool, 'rebuilt')).toEqual(rows);
      expect(await rebuilt.trace(work, { direction: 'down', asOf: at.sealed })).toMatchObject({
        ...(await trace(work, 'down', at.sealed)),
      });
    } finally {
      await rebuilt.stop();
      ledger.close();
      await Promise.all([guild.close(), archive.close()]);
    }
  });
});
