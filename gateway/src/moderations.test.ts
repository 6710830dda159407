import { crc32 } from 'node:zlib';
import type { SignedReceipt, Tensor } from '@llmchain/protocol';
import { APIError } from 'openai';
import sharp from 'sharp';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import type { TestWorker } from '../../test/support/gateway-workers';
import { failing, openAiCaller } from '../../test/support/openai-caller';
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
    consortium.puts({
      model: 'looks',
      task: 'image_classification',
      signature: {
        inputs: [{ name: 'image', datatype: 'UINT8', shape: [-1, 14, 14, 3] }],
        outputs: [{ name: 'scores', datatype: 'FP32', shape: [-1, 2] }],
        labels: ['dark', 'large'],
      },
      verification: VERIFICATION,
    });
    archive = consortium.members.get('ArchiveMSP')!;
    worker = consortium.workers.get('ComputeMSP')!;
    worker.loaded = ['poet', 'manners', 'looks'].map((model) => ({ model, version: 1 }));
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

  const caller = (credits?: number) => openAiCaller(archive, credits);

  async function refusal(body: object): Promise<APIError> {
    const { client } = await caller();
    return failing(client.moderations.create({ model: 'manners', input: 'you fool', ...body }));
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

  const picture = (background: string, edge = 20): Promise<Buffer> =>
    sharp({ create: { width: edge, height: edge, channels: 3, background } })
      .png()
      .toBuffer();
  /** A file of some bytes whose header says 3,600 million pixels. */
  const bomb = async (): Promise<Buffer> => {
    const png = await picture('red');
    png.writeUInt32BE(60_000, 16);
    png.writeUInt32BE(60_000, 20);
    png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
    return png;
  };
  const part = (content: Buffer) => ({
    type: 'image_url' as const,
    image_url: { url: `data:image/png;base64,${content.toString('base64')}` },
  });

  test('of an image the worker has the pixels that its model takes; the caller pays one', async () => {
    const { client, session } = await caller();
    const honest = worker.vectors;
    const read: Buffer[] = [];
    worker.vectors = ([image]) => {
      read.push(Buffer.from(image!, 'base64'));
      return scores([[read.at(-1)![0]! < 128 ? 1 : 0, 0.25]]);
    };
    const order = async (background: string) =>
      (await client.moderations.create({ model: 'looks', input: [part(await picture(background))] })).results;
    expect(await order('black')).toEqual([
      {
        flagged: true,
        categories: { dark: true, large: false },
        category_scores: { dark: 1, large: 0.25 },
        category_applied_input_types: { dark: ['image'], large: ['image'] },
      },
    ]);
    expect(await order('white')).toEqual([expect.objectContaining({ flagged: false })]);
    worker.vectors = honest;
    expect(read.map((pixels) => [pixels.length, pixels.at(0)])).toEqual([
      [14 * 14 * 3, 0],
      [14 * 14 * 3, 255],
    ]);
    expect((await archive.session(session)).spent).toBe(2 * 101);
  });

  test.each<[string, () => Promise<object> | object, string]>([
    ['an address to fetch', () => ({ url: 'http://127.0.0.1:9/image.png' }), 'invalid_argument'],
    ['an address of a file', () => ({ url: 'file:///etc/hosts' }), 'invalid_argument'],
    ['data of no image', () => ({ url: 'data:text/html;base64,AAAA' }), 'invalid_argument'],
    ['half of base64', () => ({ url: 'data:image/png;base64,AAA' }), 'invalid_argument'],
    ['a drawing', () => part(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')).image_url, 'invalid_argument'],
    ['noise', () => part(Buffer.alloc(300, 7)).image_url, 'invalid_argument'],
    ['half an image', async () => part((await picture('red', 99)).subarray(0, 80)).image_url, 'invalid_argument'],
    ['a bomb', async () => part(await bomb()).image_url, 'too_large'],
    ['a way to look', async () => ({ ...part(await picture('red')).image_url, detail: 'low' }), 'invalid_argument'],
  ])('%s in place of an image is refused before anything is ordered', async (_what, url, code) => {
    const input = [{ type: 'image_url', image_url: await url() }];
    expect((await refusal({ model: 'looks', input })).code).toBe(code);
    expect(worker.asked).toEqual([]);
  });

  test.each<[string, string, () => Promise<object[]>]>([
    ['two images', 'looks', async () => [part(await picture('red')), part(await picture('blue'))]],
    ['an image and a text', 'looks', async () => [part(await picture('red')), { type: 'text', text: 'sea' }]],
    ['an image for a model of texts', 'manners', async () => [part(await picture('red'))]],
    ['a text for a model of images', 'looks', () => Promise.resolve([{ type: 'text', text: 'sea' }])],
  ])('%s: refused before anything is ordered', async (_what, model, input) => {
    expect((await refusal({ model, input: await input() })).code).toBe('invalid_argument');
    expect(worker.asked).toEqual([]);
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
    worker.swap = (outputs) => outputs;
    expect((await client.moderations.create({ model: 'manners', input: 'you fool' })).results).toHaveLength(1);
  });

  test.each<[string, number[][], string]>([
    ['a row too many', [[0.5, 0.5], [0.5, 0.5]], 'not_verified'], // prettier-ignore
    ['a category too few', [[0.5]], 'not_verified'],
    ['what is no number', [[Number.NaN, 0.5]], 'not_supported'],
    ['what is no probability', [[7, -7]], 'not_supported'],
  ])('%s is no result', async (_what, rows, code) => {
    const honest = worker.vectors;
    worker.vectors = () => scores(rows);
    expect((await refusal({})).code).toBe(code);
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
    expect((await refusal(change)).code).toBe(code);
    expect(worker.asked).toEqual([]);
  });

  test('without credit nothing is computed', async () => {
    const { client } = await caller(COST - 1);
    await expect(client.moderations.create({ model: 'manners', input: 'sea' })).rejects.toMatchObject({ status: 402 });
    expect(worker.asked).toEqual([]);
  });
});
