import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { sha256Hex } from '@llmchain/protocol';
import { z } from 'zod';
import type { MemberApi } from '../../cli/src/api/member-api';
import { Scenario, type CommandResult } from './support/consortium';

const ROOT = resolve(__dirname, '../..');
const Catalogue = z.object({
  data: z.array(
    z.looseObject({
      kind: z.string(),
      id: z.string(),
      title: z.string(),
      price: z.number(),
      obtain: z.object({ method: z.string(), path: z.string() }),
    }),
  ),
  complete: z.boolean(),
});
const Held = z.object({ balance: z.number(), waiting: z.number() });
const Key = z.object({ data: z.array(z.looseObject({ id: z.string(), role: z.string(), name: z.string() })) });
const TEXT = 'Of all the lamps along the quay one burned until the morning.\n';
const WORK = sha256Hex(TEXT);

/** What can be had, found and bought by people at a command line. */
describe('the market, on a real network', () => {
  let scenario: Scenario;
  let file: string;
  let reader: MemberApi;

  beforeAll(async () => {
    scenario = await Scenario.shared();
    file = join(await mkdtemp(join(scenario.home, 'works-')), 'quay.txt');
    await writeFile(file, TEXT);
    reader = await scenario.someone('archive', 'auditor', 'reader');
  });

  const catalogue = (query: string) => reader.get(`/v1/catalogue?${query}`, Catalogue);
  const worth = async (account: string): Promise<number> => {
    const { balance, waiting } = await reader.get(`/v1/accounts/${account}`, Held);
    return balance + waiting;
  };
  const ann = (...words: string[]) => scenario.command(...words, '--member', 'guild', '--as', 'ann');
  const done = async (command: Promise<CommandResult>): Promise<unknown> => {
    const { code, answer, stderr } = await command;
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    return answer;
  };

  test('the session that the README shows works as it stands there', async () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const session = [...readme.matchAll(/```sh\n(.*?)```/gs)]
      .map(([, code]) => code ?? '')
      .find((code) => code.includes('licence offer'));
    const env = { ...process.env, LLMCHAIN_HOME: scenario.home };
    const { stdout } = await promisify(execFile)('sh', ['-eu', '-c', session ?? 'false'], { cwd: ROOT, env });
    expect(stdout).toMatch(/licence +the-sea +50000 +GuildMSP +The sea {2}\(POST \/v1\/licences\/the-sea\/accept\)/);
    expect(stdout).toMatch(/sea@1 is sealed under the root [0-9a-f]{64}/);
    expect(await worth('artist:GuildMSP:ann')).toBe(50_000);
    expect((await catalogue('kind=dataset&text=OF%20THE%20SEA')).data).toMatchObject([{ id: 'sea@1' }]);
  });

  test('an offer is found in the catalogue of another member, accepted and paid, and is gone from it', async () => {
    const allow = ['--allow', 'generative_training=constrained', '--allow', 'mining=allowed'];
    expect(await done(ann('artwork', 'register', file, ...allow))).toMatchObject({
      works: [{ id: WORK, title: 'quay' }],
    });
    const terms = ['--work', WORK, '--use', 'generative_training', '--price', '30000', '--licensee', 'ArchiveMSP'];
    expect(await done(ann('licence', 'offer', 'quay-1', ...terms))).toMatchObject({ state: 'offered' });
    const before = [await worth('artist:GuildMSP:ann'), await worth('member:ArchiveMSP')] as const;
    const { data, complete } = await catalogue(
      'kind=licence&text=QUAY&use=generative_training&maxPrice=30000&medium=text',
    );
    expect(data).toMatchObject([{ id: 'quay-1', title: 'quay', price: 30_000, licensee: 'ArchiveMSP', works: 1 }]);
    expect(complete).toBe(true);
    expect((await catalogue('kind=licence&text=quay&maxPrice=29999')).data).toEqual([]);
    const lab = await scenario.someone('lab', 'auditor', 'reader');
    expect((await lab.get('/v1/catalogue?kind=licence&text=quay', Catalogue)).data).toEqual([]);
    const steward = await scenario.someone('archive', 'steward', 'buyer');
    const { method, path } = data[0]!.obtain;
    expect(method).toBe('POST');
    expect(await steward.post(path, {}, z.looseObject({}))).toMatchObject({
      state: 'active',
      acceptedBy: 'ArchiveMSP',
    });
    expect(await worth('artist:GuildMSP:ann')).toBe(before[0] + 30_000);
    expect(await worth('member:ArchiveMSP')).toBe(before[1] - 30_000);
    expect((await catalogue('kind=licence&text=quay')).data).toEqual([]);
    const again = await scenario.command('licence', 'accept', 'quay-1', '--member', 'archive', '--as', 'archivist');
    expect([again.code, again.answer]).toMatchObject([1, { error: { code: 'wrong_state' } }]);
  });

  test('half of what a work earns is sold, and its history says so', async () => {
    await done(ann('market', 'sell', 'half', '--work', WORK, '--share', '5000', '--price', '700'));
    const found = await done(scenario.command('market', 'list', '--member', 'archive', '--kind', 'sale'));
    expect(found).toMatchObject({ data: [{ id: 'half', price: 700, share: 5_000 }], more: false, complete: true });
    expect(await done(scenario.command('market', 'buy', 'half', '--member', 'archive'))).toMatchObject({
      state: 'sold',
      soldTo: 'member:ArchiveMSP',
    });
    expect((await catalogue('kind=sale')).data).toEqual([]);
    const history = await done(scenario.command('artwork', 'history', WORK));
    expect(history).toMatchObject({ sales: [{ sale: 'half', state: 'sold' }] });
    expect(await done(scenario.command('artwork', 'show', WORK))).toMatchObject({
      shares: [
        { holder: 'artist:GuildMSP:ann', share: 5_000 },
        { holder: 'member:ArchiveMSP', share: 5_000 },
      ],
    });
  });

  test('a dispute by another member is opened with its evidence’s digest alone, and dropped', async () => {
    const claim = ['--work', WORK, '--grounds', 'authorship', '--evidence', file];
    const who = ['--member', 'archive', '--as', 'bob'];
    expect(await done(scenario.command('dispute', 'open', 'mine', ...claim, ...who))).toMatchObject({
      state: 'open',
      evidence: WORK,
    });
    expect(await done(scenario.command('dispute', 'drop', 'mine', ...who))).toMatchObject({ state: 'dropped' });
  });

  test('keys of people are kept where their user alone reads them, and made anew when they were taken back', async () => {
    const kept = join(scenario.home, 'keys', 'guild', 'artist-ann');
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    const key = readFileSync(kept, 'utf8');
    const admin = scenario.member('guild').admin;
    const keys = (await admin.get('/v1/keys', Key)).data.filter(({ name }) => name === 'ann');
    expect(keys).toHaveLength(1);
    await done(scenario.command('key', 'revoke', keys[0]!.id, '--member', 'guild'));
    const { answer, stderr } = await ann('artwork', 'prefer', WORK, '--allow', 'mining=allowed');
    expect(answer).toMatchObject({ preference: { mining: 'allowed' } });
    const made = readFileSync(kept, 'utf8');
    expect(made).not.toBe(key);
    expect(stderr + JSON.stringify(answer)).not.toContain(made.trim());
    const withFile = ['artwork', 'withdraw', WORK, '--member', 'guild', '--key-file', kept];
    expect(await done(scenario.command(...withFile))).toMatchObject({ state: 'withdrawn' });
  });

  test('what a command cannot do it says, with a code and what to do', async () => {
    const refused = async (...words: string[]) => (await scenario.command(...words)).answer;
    expect(await refused('artwork', 'register', '/nowhere.txt', '--member', 'guild', '--as', 'ann')).toMatchObject({
      error: { code: 'not_found', details: { file: '/nowhere.txt' } },
    });
    expect(await refused('artwork', 'register', file, '--member', 'guild')).toMatchObject({
      error: { code: 'invalid_argument', details: { role: 'artist' } },
    });
    expect(await refused('artwork', 'show', WORK, '--member', '../guild')).toMatchObject({
      error: { code: 'not_found' },
    });
    expect((await scenario.command('artwork', 'list', '--person', '../ann')).code).toBe(2);
    expect((await ann('artwork', 'prefer', WORK, '--allow', 'everything=allowed')).code).toBe(2);
    expect((await scenario.command('dataset', 'standing', 'sea')).code).toBe(2);
  });
});
