import type { SignedReceipt, Tensor } from '@llmchain/protocol';
import OpenAI, { APIError } from 'openai';
import type { ModerationCreateParams } from 'openai/resources/moderations';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import type { TestWorker } from '../../test/support/gateway-workers';
import { TestPostgres } from '../../test/support/postgres';

/** 100 for the request, 3 tokens at 1. */
const COST = 103;
const VERIFICATION = { marginMicro: 0, sampleRate: 10_000, rerun: { cosineMicro: 5, maxAbsMicro: 50 } };

describe('moderation through OpenAI’s client', () => {
  let postgres: TestPostgres;
  let consortium: GatewayConsortium;
  let archive: TestMember;
  let worker: TestWorker;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    consortium = await GatewayConsortium.start(postgres, 'ArchiveMSP');
    consortium.puts({
      model: 'manners',
      task: 'text_classification',
      signature: {
        inputs: [{ name: 'features', datatype: 'FP32', shape: [-1, 8] }],
        outputs: [{ name: 'scores', datatype: 'FP32', shape: [-1, 2] }],
        labels: ['rude', 'long'],
      },
      verification: VERIFICATION,
    });
    archive = consortium.members.get('ArchiveMSP')!;
    worker = consortium.workers.get('ComputeMSP')!;
    worker.loaded = ['poet', 'manners'].map((model) => ({ model, version: 1 }));
    worker.vectors = (texts): Tensor[] =>
      scores(texts.map((text) => [text.includes('fool') ? 0.75 : 0.125, Math.min(1, text.length / 64)]));
  }, 30_000);
  afterEach(() => {
    worker.swap = (outputs) => outputs;
    worker.asked.length = 0;
  });
  afterAll(async () => {
    await consortium.stop();
    await postgres.stop();
  });

  function scores(rows: number[][]): Tensor[] {
    const data = Buffer.from(Float32Array.from(rows.flat()).buffer).toString('base64');
    return [{ name: 'scores', datatype: 'FP32', shape: [rows.length, rows[0]!.length], data }];
  }

  async function caller(credits = 1_000_000): Promise<{ client: OpenAI; session: string }> {
    const { key, actor } = await archive.key('caller', 'reader', credits);
    return {
      client: new OpenAI({ baseURL: `${archive.url}/v1`, apiKey: key, maxRetries: 0 }),
      session: actor.session!,
    };
  }

  async function failing(body: object): Promise<APIError> {
    const { client } = await caller();
    const order = { model: 'manners', input: 'you fool', ...body } as ModerationCreateParams;
    const error: unknown = await client.moderations.create(order).then(
      () => new Error('the call did not fail'),
      (thrown: unknown) => thrown,
    );
    if (error instanceof APIError) return error;
    throw error;
  }

  test('each text has its scores, and is flagged by those of one half and more', async () => {
    const { client, session } = await caller();
    const found = await client.moderations.create({ model: 'manners', input: ['you fool', 'x'.repeat(32), 'sea'] });
    expect(found.model).toBe('manners@1');
    expect(found.results).toEqual([
      {
        flagged: true,
        categories: { rude: true, long: false },
        category_scores: { rude: 0.75, long: 0.125 },
        category_applied_input_types: { rude: ['text'], long: ['text'] },
      },
      expect.objectContaining({ flagged: true, categories: { rude: false, long: true } }),
      expect.objectContaining({ flagged: false, category_scores: { rude: 0.125, long: 3 / 64 } }),
    ]);
    const { receipt } = (found as unknown as { llmchain: { receipt: SignedReceipt } }).llmchain;
    expect(receipt.body).toMatchObject({ amount: COST, completionTokens: 0, stop: 'stop' });
    expect(await archive.session(session)).toMatchObject({ spent: COST, reserved: 0 });
  });

  test('parts of one message have one result, by the highest scores', async () => {
    const { client } = await caller();
    const input = ['you fool', 'x'.repeat(32)].map((text) => ({ type: 'text' as const, text }));
    const { results } = await client.moderations.create({ model: 'manners', input });
    expect(results).toEqual([expect.objectContaining({ category_scores: { rude: 0.75, long: 0.5 } })]);
  });

  test.each<[string, (outputs: Tensor[]) => Tensor[]]>([
    [
      'other scores than the receipt commits to',
      ([first]) => [{ ...first!, data: Buffer.alloc(8).toString('base64') }],
    ],
    ['none', () => []],
  ])('%s are neither given nor paid', async (_what, swap) => {
    const { client, session } = await caller();
    worker.swap = swap;
    await expect(client.moderations.create({ model: 'manners', input: 'you fool' })).rejects.toBeInstanceOf(APIError);
    expect((await archive.session(session)).spent).toBe(0);
  });

  test.each<[string, number[][], string]>([
    ['a row too many', [[0.5, 0.5], [0.5, 0.5]], 'not_verified'], // prettier-ignore
    ['a category too few', [[0.5]], 'not_verified'],
    ['what is no number', [[Number.NaN, 0.5]], 'not_supported'],
    ['what is no probability', [[7, -7]], 'not_supported'],
  ])('%s is no result', async (_what, rows, code) => {
    const honest = worker.vectors;
    worker.vectors = () => scores(rows);
    expect((await failing({})).code).toBe(code);
    worker.vectors = honest;
  });

  test.each<[string, object, string]>([
    ['no text', { input: '' }, 'invalid_argument'],
    ['no texts', { input: [] }, 'invalid_argument'],
    ['tokens', { input: [1, 2] }, 'invalid_argument'],
    ['texts and parts together', { input: ['sea', { type: 'text', text: 'sea' }] }, 'invalid_argument'],
    ['a part of another kind', { input: [{ type: 'audio', audio: 'AAAA' }] }, 'invalid_argument'],
    ['too many texts', { input: Array.from({ length: 2_049 }, () => 'sea') }, 'invalid_argument'],
    ['half a surrogate pair', { input: '\ud800' }, 'invalid_argument'],
    ['no model', { model: undefined }, 'invalid_argument'],
    ['a model that is not there', { model: 'nobody' }, 'not_found'],
    ['a model that generates text', { model: 'poet' }, 'invalid_argument'],
    ['what cannot be honoured', { threshold: 0.9 }, 'invalid_argument'],
  ])('%s: refused before anything is ordered', async (_what, change, code) => {
    expect((await failing(change)).code).toBe(code);
    expect(worker.asked).toEqual([]);
  });

  test('without credit nothing is computed', async () => {
    const { client } = await caller(COST - 1);
    await expect(client.moderations.create({ model: 'manners', input: 'sea' })).rejects.toMatchObject({ status: 402 });
    expect(worker.asked).toEqual([]);
  });
});
