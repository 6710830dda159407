import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { verifyEvidence, type Roots } from '@llmchain/evidence';
import { z } from 'zod';
import { readRoots } from '../../cli/src/commands/verify';
import { decide } from '../../cli/src/consortium/decide';
import { everywhere, Placed, settled } from '../../cli/src/consortium/settled';
import { attributed } from '../../cli/src/demo/artists';
import { isOffered, itemsOf, licenseWorks, registerWorks, type RegisteredWork } from '../../cli/src/demo/rights';
import { sonnets } from '../../cli/src/demo/sonnets';
import { train } from '../../cli/src/demo/train';
import { askForVerses, receiptOnce, untilServed } from '../../cli/src/demo/verses';
import { flippedAt, leafSamples } from '../support/evidence-tamper';
import { Scenario } from './support/consortium';

const Account = z.looseObject({ deltas: z.array(z.string()) });
const Batches = z.object({
  data: z.array(z.looseObject({ sequence: z.number(), sessions: z.array(z.looseObject({ session: z.string() })) })),
});
const VECTORS = resolve(__dirname, '../../evidence/vectors');
/** The serving member, and who writes the verses. */
const PRODUCER = 'ComputeMSP';
const ARTIST = 'artist:GuildMSP:fair-youth';
/** In no dataset. */
const ABSENT = '0'.repeat(64);

interface Told {
  ok: boolean;
  failed: string | null;
  proves?: string;
  steps: { name: string; ok: boolean; detail: string }[];
}

/** One consortium whose life leaves a record of every kind; every one of them is then asked to prove itself. */
describe('evidence, on a real network', () => {
  let scenario: Scenario;
  let folder: string;
  let roots: Roots;
  let works: RegisteredWork[];
  let receipt: string;
  let sequence: number;
  let session: string;
  /** Where each kind of record is, once it is there. */
  const paths = new Map<string, string>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'llmchain-evidence-'));
    scenario = await Scenario.up(31_000);
    roots = await readRoots(join(scenario.home, 'roots'));
  });
  afterAll(async () => {
    await scenario.reset();
    await rm(folder, { recursive: true, force: true });
  });

  async function evidence(path: string, member = 'guild'): Promise<string> {
    // Verifying keeps the process busy for longer than gateways keep connections; it has to notice which have ended.
    await delay(50);
    const operation = `GET ${path.replace(/(?=\?|$)/, '/evidence')}` as 'GET /v1/consortium/evidence';
    return scenario.member(member).admin.text(operation, {});
  }

  async function verify(text: string, ...words: string[]): Promise<{ code: number; told: Told; stderr: string }> {
    const file = join(folder, 'bundle.json');
    await writeFile(file, text);
    const { code, answer, stderr } = await scenario.command('verify', file, ...words);
    return { code, told: answer as Told, stderr };
  }

  test('artists register works, license them, and a dataset is sealed', async () => {
    const { members } = scenario;
    const registered = await registerWorks(
      members,
      scenario.member('guild'),
      attributed((await sonnets()).slice(0, 80), []),
    );
    ({ works } = registered);
    const steward = await scenario.someone('archive', 'steward', 'archivist');
    await settled(members, steward, '/v1/datasets', { dataset: 'sonnets', title: 'Sonnets', purpose: 'A poet' });
    const [licence] = await licenseWorks(members, steward, registered);
    const items = itemsOf(works.filter(isOffered));
    await settled(members, steward, '/v1/datasets/sonnets/versions', { version: 1, items });
    paths.set('work', `/v1/artworks/${works[0]!.id}`);
    paths.set('licence', `/v1/licences/${licence!}`);
    paths.set('dataset', '/v1/datasets/sonnets');
    paths.set('dataset-version', '/v1/datasets/sonnets/versions/1');
    paths.set('dataset-page', '/v1/datasets/sonnets/versions/1/pages/0');
    paths.set('consortium', '/v1/consortium');
  });

  test('a model is trained and approved, its alias is voted on, and a caller is answered', async () => {
    const trainer = await scenario.someone('lab', 'trainer', 'trainer');
    const order = { gateway: trainer.url, key: trainer.credentials.apiKey, dataset: 'sonnets@1', model: 'poet@1' };
    const { block } = await train({ ...order, job: 'poet-1', title: 'A poet', threads: 2, steps: 10 }, () => undefined);
    await everywhere(scenario.members, block);
    for (const name of ['guild', 'archive', 'lab'])
      await settled(scenario.members, scenario.member(name).admin, '/v1/models/poet/versions/1/approve', {});
    const motion = { kind: 'alias' as const, model: 'poet', alias: 'production' as const, version: 1 };
    await decide(scenario.members, 'production-1', motion);
    const caller = await scenario.someone('archive', 'caller', 'reader', 5_000_000);
    await untilServed(caller, 'poet@1');
    ({ receipt } = await askForVerses(caller, 'poet', 'Shall I compare thee', () => undefined, 24));
    await receiptOnce(caller, receipt, ({ state }) => state === 'accepted');
    const { data } = await caller.get('/v1/batches', Batches);
    ({ sequence } = data.at(-1)!);
    [{ session }] = data.at(-1)!.sessions as [{ session: string }];
    const batch = `/v1/batches/${PRODUCER}/${sequence}`;
    paths.set('job', '/v1/training/jobs/poet-1');
    paths.set('model', '/v1/models/poet/versions/1');
    paths.set('alias', '/v1/models/poet/aliases/production');
    paths.set('alias-value', '/v1/models/poet/aliases/production/history/1');
    paths.set('proposal', '/v1/proposals/production-1');
    paths.set('signer', '/v1/signers/compute-worker-1');
    paths.set('session', `/v1/sessions/${session}`);
    paths.set('batch', batch);
    paths.set('settlement', `${batch}/settlement`);
    paths.set('debit', `${batch}/debits/${session}`);
  });

  test('an artist claims, compacts, and holds money in escrow', async () => {
    const artist = await scenario.someone('guild', 'artist', 'fair-youth');
    const { block } = await artist.post(
      '/v1/claims',
      { model: 'poet', version: 1 },
      z.looseObject({ block: z.number().optional() }),
    );
    if (block !== undefined) await everywhere(scenario.members, block);
    const { deltas } = await artist.get(`/v1/accounts/${ARTIST}`, Account);
    expect(deltas.length).toBeGreaterThan(0);
    const delta = `/v1/accounts/${ARTIST}/deltas/${deltas[0]!}`;
    expect((await verify(await evidence(delta))).told).toMatchObject({ ok: true, failed: null });
    await settled(scenario.members, artist, `/v1/accounts/${ARTIST}/compact`, { deltas });
    const escrow = { escrow: 'a-verse', payer: ARTIST, payee: 'member:LabMSP', amount: 1, purpose: 'a verse' };
    await settled(scenario.members, artist, '/v1/escrows', escrow);
    paths.set('escrow', '/v1/escrows/a-verse');
    paths.set('cursor', `/v1/accounts/${ARTIST}/claims/${PRODUCER}/poet/1`);
    paths.set('balance', `/v1/accounts/${ARTIST}`);
  });

  test('every kind of record is proven offline, by any member, and one altered bit anywhere is refused', async () => {
    let seed = 0;
    for (const [kind, path] of paths) {
      const text = await evidence(path, scenario.members[seed++ % 4]!.name);
      const { ok, proves, steps } = verifyEvidence(text, roots, { at: Date.now() });
      expect([kind, steps.filter((step) => !step.ok), ok]).toEqual([kind, [], true]);
      expect([kind, proves]).toEqual([
        kind,
        expect.stringMatching(kind === 'dataset-version' ? /^sonnets@1/ : RegExp(`^${kind} `)),
      ]);
      for (const leaf of leafSamples(JSON.parse(text), { seed, count: 2 })) {
        const altered = verifyEvidence(flippedAt(JSON.parse(text), leaf), roots);
        expect([kind, leaf.path, altered.ok]).toEqual([kind, leaf.path, false]);
      }
      await kept(kind, text);
    }
  });

  test('a receipt is proven with its batch and what that paid', async () => {
    const text = await evidence(`/v1/receipts/${receipt}`, 'archive');
    const { code, told } = await verify(text, '--roots', join(scenario.home, 'roots'));
    expect(told.steps.filter((step) => !step.ok)).toEqual([]);
    expect({ code, proves: told.proves }).toEqual({ code: 0, proves: expect.stringContaining(`receipt ${receipt}`) });
    expect(told.steps.find(({ name }) => name === 'settlement')?.detail).toContain("to the artists' pool");
    for (const leaf of leafSamples(JSON.parse(text), { seed: 7, count: 4 }))
      expect([leaf.path, verifyEvidence(flippedAt(JSON.parse(text), leaf), roots).ok]).toEqual([leaf.path, false]);
    await kept('receipt', text);
  });

  test('a dataset version proves what it holds and what it does not', async () => {
    const path = paths.get('dataset-version')!;
    const [{ id }] = works as [RegisteredWork];
    const questions = [
      ['item', `?item=${id}`, `sonnets@1 holds item ${id}, of work ${id}`],
      ['item', `?work=${id}`, `sonnets@1 holds item ${id}, of work ${id}`],
      ['absence', `?item=${ABSENT}`, `sonnets@1 does not hold an item ${ABSENT}`],
      ['without', `?work=${ABSENT}`, expect.stringContaining(`none of them is of work ${ABSENT}`)],
    ] as const;
    for (const [name, query, proves] of questions) {
      const text = await evidence(path + query, 'lab');
      const { code, told } = await verify(text);
      expect({ query, code, proves: told.proves }).toEqual({ query, code: 0, proves });
      const other = text.replace(
        /("path":\["|"bytes":)(\w)/,
        (_, name: string, digit: string) => name + (digit === '1' ? '2' : '1'),
      );
      expect((await verify(other)).told).toMatchObject({
        ok: false,
        failed: expect.stringMatching(/inclusion|neighbours|items/),
      });
      if (query.startsWith('?item')) await kept(name, text);
    }
    expect((await evidence(`${path}?item=${id}`)).length).toBeLessThan((await evidence(path)).length);
  });

  test('a bundle that was altered or cut short is refused, and the step named', async () => {
    const text = await evidence(paths.get('work')!);
    const bundle = JSON.parse(text) as { block: { signatures: { signature: string }[] } };
    const { signature } = bundle.block.signatures[0]!;
    const other = signature.replace(
      /^(.{40})(.)/,
      (_, start: string, next: string) => start + (next === 'A' ? 'B' : 'A'),
    );
    expect(await verify(text.replace(signature, other))).toMatchObject({
      code: 1,
      told: { ok: false, failed: 'block' },
    });
    expect((await verify(text.replace('{', '{ '))).told.failed).toBe('bundle');
    expect((await verify(text.slice(0, -20_000))).told.steps).toMatchObject([
      { detail: expect.stringContaining('cut short') },
    ]);
    expect(await verify(text, '--roots', VECTORS)).toMatchObject({ code: 1, told: { error: { code: 'not_found' } } });
    const elsewhere = await verify(text, '--roots', join(VECTORS, 'roots'));
    // A run that renews the vectors has put its own roots there.
    if (!process.env.UPDATE_VECTORS) expect(elsewhere).toMatchObject({ code: 1, told: { failed: 'genesis' } });
  });

  test('of what is not there, there is none', async () => {
    for (const path of [
      `/v1/artworks/${ABSENT}`,
      '/v1/models/poet@7',
      '/v1/sessions/nobody',
      `/v1/batches/${PRODUCER}/99999`,
    ])
      await expect(evidence(path)).rejects.toThrowWithCode('not_found');
    await expect(evidence('/v1/models/poet')).rejects.toThrowWithCode('invalid_argument');
    await expect(evidence(`/v1/datasets/sonnets?item=${ABSENT}`)).rejects.toThrowWithCode('invalid_argument');
  });

  test('a session that is closed proves that it is', async () => {
    await scenario.member('archive').admin.post(`/v1/sessions/${session}/close`, {}, Placed);
    const { code, told } = await verify(await evidence(paths.get('session')!, 'archive'));
    expect(code).toBe(0);
    expect(told.steps.find(({ name }) => name === 'transaction')?.detail).toContain('inference:closeSession');
  });

  test('with a peer down, enough members are left to sign', async () => {
    const { answer } = await scenario.command('status');
    const { processes } = answer as { processes: { name: string; pid: number }[] };
    process.kill(processes.find(({ name }) => name === 'peer-lab')!.pid, 'SIGKILL');
    expect((await verify(await evidence(paths.get('settlement')!))).code).toBe(0);
  });

  /** Keeps a bundle among the golden vectors, where a run is to renew them. */
  async function kept(name: string, text: string): Promise<void> {
    const golden = ['work', 'receipt', 'batch', 'debit', 'dataset-version', 'item', 'absence'];
    if (!process.env.UPDATE_VECTORS || !golden.includes(name)) return;
    await mkdir(join(VECTORS, 'roots'), { recursive: true });
    await writeFile(join(VECTORS, `${name}.json`), text);
    for (const file of ['genesis.sha256', ...roots.authorities.keys()].map((each) =>
      each.replace(/MSP$/, 'MSP.ca.pem'),
    ))
      await writeFile(join(VECTORS, 'roots', file), await readFile(join(scenario.home, 'roots', file)));
  }
});
