import type { SignedReceipt, Tensor } from '@llmchain/protocol';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import type { TestWorker } from '../../test/support/gateway-workers';
import { failing, openAiCaller } from '../../test/support/openai-caller';
import { TestPostgres } from '../../test/support/postgres';

/** 100 for the request, 3 tokens at 1. */
const COST = 103;

describe('embeddings through OpenAI’s client', () => {
  let postgres: TestPostgres;
  let consortium: GatewayConsortium;
  let archive: TestMember;
  let worker: TestWorker;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    consortium = await GatewayConsortium.start(postgres, 'ArchiveMSP');
    const shape = [-1, -1];
    consortium.puts({
      model: 'vectors',
      task: 'embedding',
      signature: {
        inputs: ['input_ids', 'attention_mask'].map((name) => ({ name, datatype: 'INT64', shape })),
        outputs: [{ name: 'sentence_embedding', datatype: 'FP32', shape: [-1, 2] }],
      },
      verification: { marginMicro: 0, sampleRate: 10_000, rerun: { cosineMicro: 5, maxAbsMicro: 50 } },
    });
    archive = consortium.members.get('ArchiveMSP')!;
    worker = consortium.workers.get('ComputeMSP')!;
    worker.loaded = ['poet', 'vectors'].map((model) => ({ model, version: 1 }));
    worker.vectors = (texts): Tensor[] => {
      const numbers = Float32Array.from(texts.flatMap(({ length }) => [length / 8, -0.5]));
      const data = Buffer.from(numbers.buffer).toString('base64');
      return [{ name: 'sentence_embedding', datatype: 'FP32', shape: [texts.length, 2], data }];
    };
  }, 30_000);
  const caller = (credits?: number) => openAiCaller(archive, credits);
  afterEach(() => {
    worker.swap = (outputs) => outputs;
    worker.asked.length = 0;
  });
  afterAll(async () => {
    await consortium.stop();
    await postgres.stop();
  });

  test('each text gets its vector, in numbers and in base64; what it costs is charged once', async () => {
    const { client, session } = await caller();
    const texts = ['sea', 'summer'];
    // Without a format the client asks for base64 and decodes it.
    const first = await client.embeddings.create({ model: 'vectors', input: texts });
    const second = await client.embeddings.create({ model: 'vectors', input: 'sea', encoding_format: 'float' });
    expect(first).toMatchObject({
      object: 'list',
      model: 'vectors@1',
      usage: { prompt_tokens: 3, total_tokens: 3 },
    });
    expect(first.data.map(({ index, embedding }) => [index, [...embedding]])).toEqual([
      [0, [3 / 8, -0.5]],
      [1, [6 / 8, -0.5]],
    ]);
    expect(second.data[0]!.embedding).toEqual([3 / 8, -0.5]);
    const { receipt } = (first as unknown as { llmchain: { receipt: SignedReceipt } }).llmchain;
    expect(receipt.body).toMatchObject({ amount: COST, completionTokens: 0, stop: 'stop' });
    expect(await archive.session(session)).toMatchObject({ spent: 2 * COST, reserved: 0 });
  });

  test('vectors that the receipt does not commit to are not given, and not paid', async () => {
    const { client, session } = await caller();
    worker.swap = ([first]) => [{ ...first!, data: Buffer.alloc(8).toString('base64') }];
    const error = await failing(client.embeddings.create({ model: 'vectors', input: 'sea' }));
    expect({ status: error.status, code: error.code }).toEqual({ status: 422, code: 'not_verified' });
    expect((await archive.session(session)).spent).toBe(0);
  });

  test.each([
    ['dimensions that cannot be honoured', { input: 'sea', dimensions: 1 }, 'not_supported'],
    ['tokens of another tokenizer', { input: [1, 2, 3] }, 'not_supported'],
    ['no text', { input: '' }, 'invalid_argument'],
    ['no texts', { input: [] }, 'invalid_argument'],
    ['too many texts', { input: Array.from({ length: 2_049 }, () => 'sea') }, 'invalid_argument'],
    ['half a surrogate pair', { input: '\ud800' }, 'invalid_argument'],
    ['a model that generates text', { model: 'poet', input: 'sea' }, 'invalid_argument'],
  ])('%s: refused before anything is ordered', async (_what, change, code) => {
    const { client } = await caller();
    const error = await failing(client.embeddings.create({ model: 'vectors', ...change }));
    expect(error.code).toBe(code);
    expect(worker.asked).toEqual([]);
  });

  test('a model of vectors does not chat', async () => {
    const { client } = await caller();
    const messages = [{ role: 'user' as const, content: 'sea' }];
    expect((await failing(client.chat.completions.create({ model: 'vectors', messages }))).code).toBe(
      'invalid_argument',
    );
    expect(worker.asked).toEqual([]);
  });

  test('without credit nothing is computed', async () => {
    const { client } = await caller(COST - 1);
    expect((await failing(client.embeddings.create({ model: 'vectors', input: 'sea' }))).status).toBe(402);
    expect(worker.asked).toEqual([]);
  });
});
