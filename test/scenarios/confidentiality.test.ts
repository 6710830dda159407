import { readFile, writeFile } from 'node:fs/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LlmchainError, sha256Hex, type Preference } from '@llmchain/protocol';
import { z } from 'zod';
import type { MemberApi } from '../../cli/src/api/member-api';
import { everywhere, settled } from '../../cli/src/consortium/settled';
import { sonnets } from '../../cli/src/demo/sonnets';
import { train } from '../../cli/src/demo/train';
import { askForVerses, refusalOf, untilServed } from '../../cli/src/demo/verses';
import { MemberBucket } from './support/bucket';
import { Scenario } from './support/consortium';

/** Set by `./llmchain test --all`: the long forms, too. */
const ALL = process.env.LLMCHAIN_TEST_ALL === '1';
/** The router must not serve what is tainted longer than this after the commit, ms. */
const AT_MOST = 2_000;
const State = z.object({ processes: z.array(z.object({ name: z.string(), pid: z.number() })) });
const Anything = z.looseObject({});
const Log = z.object({ data: z.array(z.looseObject({ member: z.string(), ground: Anything })) });

// A network of its own for what unit tests cover piece by piece: with the long forms.
(ALL ? describe : describe.skip)('confidential works, live consent and erasure, on a real network', () => {
  let scenario: Scenario;
  let folder: string;
  let artist: MemberApi;
  let steward: MemberApi;
  let trainer: MemberApi;
  let caller: MemberApi;
  let texts: { id: string; title: string; text: string }[];
  const secret = { title: 'A secret', text: 'a verse that is shown to nobody unless its author says so' };
  const secretId = sha256Hex(secret.text);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'llmchain-confidential-'));
    scenario = await Scenario.up(29_600);
    artist = await scenario.someone('guild', 'artist', 'fair-youth');
    steward = await scenario.someone('archive', 'steward', 'archivist');
    trainer = await scenario.someone('lab', 'trainer', 'trainer');
    texts = (await sonnets()).slice(0, 40).map(({ title, text }) => ({ id: sha256Hex(text), title, text }));
  });
  afterAll(async () => {
    await scenario.reset();
    await rm(folder, { recursive: true, force: true });
  });

  const registers = (works: readonly { title: string; text: string }[], preference: Preference) =>
    settled(scenario.members, artist, '/v1/artworks', {
      works: works.map(({ title, text }) => ({
        ...{ title, medium: 'text', creators: [{ person: 'fair-youth', share: 10_000 }] },
        ...{ preference, content: { text } },
      })),
    });
  const read = async (api: MemberApi, work: string): Promise<string> => {
    try {
      return await api.text('GET /v1/content/{sha256}', { params: { sha256: work } });
    } catch (error) {
      return (error as LlmchainError).code;
    }
  };
  const stateOf = (path: string): Promise<string | undefined> =>
    artist.get(path, z.looseObject({ state: z.string().optional() })).then(
      ({ state }) => state,
      (error: unknown) => (error as LlmchainError).code,
    );
  const until = async (what: () => Promise<unknown>, value: unknown, seconds = 60): Promise<void> => {
    for (let left = seconds * 4; left > 0 && (await what()) !== value; left--) await delay(250);
    expect(await what()).toBe(value);
  };
  const prefers = async (preference: Preference): Promise<void> => {
    const params = { id: texts[0]!.id };
    await artist.call('PUT /v1/artworks/{id}/preference', { params, body: { preference } });
  };
  const taints = async (...paths: string[]): Promise<string> =>
    [...new Set(await Promise.all(paths.map((path) => stateOf(`/v1/${path}/taint`))))].join();

  test('a private work goes to another member while a grant runs, and no longer; the log has each read', async () => {
    await registers([secret], { generative_training: 'constrained' });
    expect(await read(trainer, secretId)).toBe('not_authorised');
    const until_ = Date.now() + 8_000;
    const subject = { kind: 'work', work: secretId };
    const request = { grant: 'concordance', subject, purpose: 'a concordance', until: until_ };
    await settled(scenario.members, trainer, '/v1/grants', request);
    expect(await read(trainer, secretId)).toBe('not_authorised');
    await settled(scenario.members, artist, '/v1/grants/concordance/decide', { approve: true });
    expect(await read(trainer, secretId)).toBe(secret.text);
    const log = await scenario.member('guild').admin.get(`/v1/access-log?work=${secretId}`, Log);
    expect(log.data).toMatchObject([{ member: 'LabMSP', ground: { kind: 'grant', grant: 'concordance' } }]);
    await until(() => stateOf('/v1/grants/concordance'), 'expired');
    expect(Date.now()).toBeGreaterThanOrEqual(until_);
    expect(await read(trainer, secretId)).toBe('not_authorised');
  });

  test('a model is trained on works, and another made from it; both are approved and served', async () => {
    const { members } = scenario;
    await registers(texts, { generative_training: 'allowed' });
    for (const [dataset, works] of [
      ['verses', texts],
      ['few', texts.slice(30, 35)],
    ] as const) {
      await settled(members, steward, '/v1/datasets', { dataset, title: dataset, purpose: 'A poet' });
      const items = works.map(({ id }) => ({ work: id, spdx: 'CC0-1.0' }));
      await settled(members, steward, `/v1/datasets/${dataset}/versions`, { version: 1, items });
    }
    const order = { gateway: trainer.url, key: trainer.credentials.apiKey, dataset: 'verses@1', model: 'poet@1' };
    const { block } = await train({ ...order, job: 'poet-1', title: 'A poet', threads: 2, steps: 5 }, () => undefined);
    await everywhere(members, block);
    // The second is the first again, trained on for no step that changed it: its lineage is what matters here.
    const job = await trainer.call('GET /v1/training/jobs/{id}', { params: { id: 'poet-1' } });
    const { result, purpose, architecture, graph, tokenizer, seed, steps } = job;
    const plan = { purpose, architecture, graph, tokenizer, seed, steps };
    const second = { ...plan, job: 'poet-2', datasets: [{ dataset: 'few', version: 1 }] };
    await settled(members, trainer, '/v1/training/jobs', { ...second, initialParameters: result!.parameters });
    await settled(members, trainer, '/v1/training/jobs/poet-2/complete', { result });
    const first = await trainer.call('GET /v1/models/{id}/versions/{version}', { params: { id: 'poet', version: 1 } });
    const { title, manifest, files, modelParamsAddress, format, precision, contextTokens, prices, verification } =
      first;
    const entry = {
      title,
      manifest,
      files,
      modelParamsAddress,
      format,
      precision,
      contextTokens,
      prices,
      verification,
    };
    const parent = { model: 'poet', version: 1, by: 'fine_tuning' };
    const lineage = { model: 'elegist', version: 1, job: 'poet-2', datasets: second.datasets, parent };
    await settled(members, trainer, '/v1/models', { ...entry, ...lineage });
    for (const name of ['guild', 'archive', 'lab'])
      for (const model of ['poet', 'elegist'])
        await settled(members, scenario.member(name).admin, `/v1/models/${model}/versions/1/approve`, {});
    caller = await scenario.someone('archive', 'caller', 'reader', 20_000_000);
    for (const model of ['poet@1', 'elegist@1']) await untilServed(caller, model);
    const query = { direction: 'up' as const };
    const trace = await caller.call('GET /v1/trace/{id}', { params: { id: 'elegist@1' }, query });
    const edge = { from: 'model:elegist@1', to: 'model:poet@1', kind: 'fine-tuned from' };
    expect(trace.edges).toContainEqual(edge);
    expect(trace.nodes.map(({ id }) => id)).toContain(texts[0]!.id);
  });

  test('an artist says no: an answer under way ends, both models are refused within two seconds, taint goes down', async () => {
    let told = '';
    const answer = askForVerses(caller, 'elegist', 'Shall I compare thee', (text) => (told += text), 450);
    const ended = answer.then(
      () => undefined,
      (error: unknown) => ({ error: error as { code?: string }, at: performance.now() }),
    );
    while (told.length < 10) await delay(10);
    await prefers({});
    const committed = performance.now();
    const end = await ended;
    expect(end?.error.code).toBe('tainted');
    expect(end!.at - committed).toBeLessThan(AT_MOST);
    for (const model of ['poet', 'elegist']) expect(await refusalOf(caller, model)).toBe('tainted');
    expect(performance.now() - committed).toBeLessThan(AT_MOST);
    const paths = ['datasets/verses/versions/1', 'training/jobs/poet-1', 'models/poet/versions/1'];
    await until(() => taints(...paths, 'models/elegist/versions/1'), 'tainted');
    expect(await taints('datasets/few/versions/1', 'training/jobs/poet-2')).toBe('not_found');
    const taint = await caller.call('GET /v1/models/{id}/versions/{version}/taint', {
      params: { id: 'elegist', version: 1 },
    });
    expect(taint.cause).toEqual({ kind: 'model', model: 'poet', version: 1 });
    await prefers({ generative_training: 'allowed' });
    await until(() => refusalOf(caller, 'elegist'), undefined, 5);
    await until(() => taints(...paths, 'models/elegist/versions/1'), 'lifted');
  });

  describe('erasure', () => {
    const gone = (): (typeof texts)[number] => texts[39]!;
    let buckets: Record<'guild' | 'lab', MemberBucket>;

    test('finds copies at the owner and at who read them, old versions and broken uploads among them', async () => {
      const { id } = gone();
      buckets = {
        guild: await MemberBucket.of(scenario.home, 'guild'),
        lab: await MemberBucket.of(scenario.home, 'lab'),
      };
      const { client, name } = buckets.guild;
      await client.setBucketVersioning(name, { Status: 'Enabled' });
      // What a crashed gateway, and one that was told to put the same again, may have left.
      await client.putObject(name, `sealed/${id}/0123`, Buffer.from('noise'));
      await client.putObject(name, `sealed/${id}/0123`, Buffer.from('other noise'));
      await client.removeObject(name, `sealed/${id}/0123`);
      await client.initiateNewMultipartUpload(name, `sealed/${id}/4567`, {});
      expect(await buckets.guild.listed(id)).toEqual(['mark', 'upload', 'version', 'version', 'version']);
      expect(await buckets.lab.listed(id)).toEqual(['version']);
    });

    test('goes on after a gateway was killed at it, and every member attests', async () => {
      const { id } = gone();
      await scenario.whileHanging(['object-store'], async () => {
        await artist.post(`/v1/artworks/${id}/erase`, {}, Anything);
        await delay(2_000);
        const { processes } = State.parse(JSON.parse(await readFile(join(scenario.home, 'state.json'), 'utf8')));
        process.kill(processes.find(({ name }) => name === 'gateway-guild')!.pid, 'SIGKILL');
      });
      expect((await scenario.command('up')).code).toBe(0);
      const complete = () =>
        artist.call('GET /v1/artworks/{id}/erasure', { params: { id } }).then((statement) => statement.complete);
      await until(complete, true);
      const { members } = await artist.call('GET /v1/artworks/{id}/erasure', { params: { id } });
      expect(members).toMatchObject([
        { member: 'ArchiveMSP', grounds: ['dataset verses@1'], attestation: { outcome: 'none' } },
        { member: 'GuildMSP', grounds: ['owner'], attestation: { outcome: 'destroyed', derived: 0 } },
        { member: 'LabMSP', attestation: { outcome: 'destroyed' } },
      ]);
    });

    test('leaves nothing on the S3 server: no version, no mark, no upload, no file', async () => {
      const { id } = gone();
      for (const bucket of Object.values(buckets)) {
        expect(await bucket.listed(id)).toEqual([]);
        expect(await bucket.files(id)).toEqual([]);
      }
      expect(await read(trainer, id)).toBe('wrong_state');
      expect(await read(trainer, texts[1]!.id)).toBe(texts[1]!.text);
    });

    test('is stated for the artist, and each statement verifies offline', async () => {
      const { id } = gone();
      const { evidence, members } = await artist.call('GET /v1/artworks/{id}/erasure', { params: { id } });
      const file = join(folder, 'bundle.json');
      for (const path of [evidence, ...members.map((member) => member.evidence!)]) {
        await writeFile(file, await artist.text(`GET ${path}` as 'GET /v1/consortium/evidence', {}));
        const { code, answer } = await scenario.command('verify', file);
        expect([code, answer]).toMatchObject([0, { ok: true }]);
      }
    });

    test('the steward seals the next version without the work', async () => {
      expect(await refusalOf(caller, 'poet')).toBe('tainted');
      const path = '/v1/datasets/verses/versions';
      await settled(scenario.members, steward, path, { version: 2, from: 1, without: [gone().id] });
      const params = { id: 'verses', version: 2 };
      const standing = await steward.call('GET /v1/datasets/{id}/versions/{version}/standing', { params });
      expect(standing).toEqual({ stands: true, offences: [] });
    });
  });
});
