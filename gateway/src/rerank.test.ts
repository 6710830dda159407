import type { SignedReceipt, Tensor } from '@llmchain/protocol';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import type { TestWorker } from '../../test/support/gateway-workers';
import { work } from '../../test/support/consortium';
import { TestPostgres } from '../../test/support/postgres';

/** 100 for the request, 3 tokens at 1. */
const COST = 103;
const SEA = work('sonnet of the sea', ['ann'], 'allowed');
const DEBT = work('ledger of debt', ['ann'], 'allowed');

interface Answer {
  model: string;
  results: { index: number; relevance_score: number; document?: { text: string } }[];
  data: { work: string; title: string; score: number; offers: { kind: string; id: string; obtain: object }[] }[];
  llmchain: { receipt: SignedReceipt };
}

let postgres: TestPostgres;
let consortium: GatewayConsortium;
let guild: TestMember;
let archive: TestMember;
let worker: TestWorker;
let artist: string;

beforeAll(async () => {
  postgres = await TestPostgres.start();
  consortium = await GatewayConsortium.start(postgres, 'GuildMSP', 'ArchiveMSP');
  consortium.puts({
    model: 'vectors',
    task: 'embedding',
    signature: {
      inputs: ['input_ids', 'attention_mask'].map((name) => ({ name, datatype: 'INT64', shape: [-1, -1] })),
      outputs: [{ name: 'sentence_embedding', datatype: 'FP32', shape: [-1, 2] }],
    },
    verification: { marginMicro: 0, sampleRate: 10_000, rerun: { cosineMicro: 5, maxAbsMicro: 50 } },
  });
  guild = consortium.members.get('GuildMSP')!;
  archive = consortium.members.get('ArchiveMSP')!;
  worker = consortium.workers.get('ComputeMSP')!;
  worker.loaded = ['poet', 'vectors'].map((model) => ({ model, version: 1 }));
  // Texts of the sea point up, of debt to the right, all others between.
  worker.vectors = (texts): Tensor[] => {
    const numbers = texts.flatMap((text) => (text.includes('sea') ? [0, 2] : text.includes('debt') ? [3, 0] : [1, 1]));
    const data = Buffer.from(Float32Array.from(numbers).buffer).toString('base64');
    return [{ name: 'sentence_embedding', datatype: 'FP32', shape: [texts.length, 2], data }];
  };
  artist = (await guild.key('artist', 'ann')).key;
  const as = await guild.ports.ledgers.as({ key: 'key-ann', role: 'artist', name: 'ann' });
  for (const [index, each] of [SEA, DEBT].entries()) {
    await as.submit('artworks:register', { operationId: `register-${index}`, works: [each] });
    const offer = { licence: `l${index}`, works: [each.sha256], licensee: '*', uses: ['generative_training'] };
    const { status } = await guild.call(artist, 'POST', '/v1/licences', {
      ...offer,
      ...{ from: 0, until: null, price: 25, weight: 100 },
    });
    expect(status).toBe(201);
  }
}, 60_000);
afterEach(() => {
  worker.swap = (outputs) => outputs;
  worker.asked.length = 0;
});
afterAll(async () => {
  await consortium.stop();
  await postgres.stop();
});

async function caller(credits = 1_000_000) {
  const { key, actor } = await archive.key('caller', 'reader', credits);
  return {
    post: async (path: string, body: object) => {
      const answer = await archive.call(key, 'POST', path, { model: 'vectors', ...body });
      return { ...answer, body: answer.body as unknown as Answer & { code?: string } };
    },
    spent: async () => (await archive.session(actor.session!)).spent,
  };
}

const DOCUMENTS = ['of debt', { text: 'the sea' }, 'a day'];

test('documents are named nearest first, and the request is paid once', async () => {
  const { post, spent } = await caller();
  const { status, body } = await post('/v1/rerank', { query: 'sea', documents: DOCUMENTS, return_documents: true });
  expect(status).toBe(200);
  expect(body.model).toBe('vectors@1');
  expect(body.results).toEqual([
    { index: 1, relevance_score: 1, document: { text: 'the sea' } },
    { index: 2, relevance_score: expect.closeTo(Math.SQRT1_2, 6) as number, document: { text: 'a day' } },
    { index: 0, relevance_score: 0, document: { text: 'of debt' } },
  ]);
  expect(body.llmchain.receipt.body).toMatchObject({ amount: COST, completionTokens: 0 });
  const top = await post('/v1/rerank', { query: 'sea', documents: DOCUMENTS, top_n: 1 });
  expect(top.body.results).toEqual([{ index: 1, relevance_score: 1 }]);
  expect(await spent()).toBe(2 * COST);
});

test('a ranking by vectors that the receipt does not commit to is neither given nor paid', async () => {
  const { post, spent } = await caller();
  worker.swap = ([first]) => [{ ...first!, data: Buffer.alloc(32, 1).toString('base64') }];
  const { status, body } = await post('/v1/rerank', { query: 'sea', documents: DOCUMENTS });
  expect([status, body.code]).toEqual([422, 'not_verified']);
  expect(await spent()).toBe(0);
});

test.each<[string, object, number, string]>([
  ['no documents', { documents: [] }, 400, 'invalid_argument'],
  ['an empty document', { documents: [''] }, 400, 'invalid_argument'],
  ['a document that is a number', { documents: [1] }, 400, 'invalid_argument'],
  ['a document with more than text', { documents: [{ text: 'sea', image: 'x' }] }, 400, 'invalid_argument'],
  ['half a surrogate pair', { documents: ['\udc00'] }, 400, 'invalid_argument'],
  ['too long a document', { documents: ['a'.repeat(100_001)] }, 400, 'invalid_argument'],
  ['too many documents', { documents: Array.from({ length: 1_001 }, () => 'sea') }, 400, 'invalid_argument'],
  ['none of them named', { top_n: 0 }, 400, 'invalid_argument'],
  ['what cannot be honoured', { max_tokens_per_doc: 10 }, 400, 'invalid_argument'],
  ['a model that generates text', { model: 'poet' }, 400, 'invalid_argument'],
  ['a model that is not there', { model: 'nobody' }, 404, 'not_found'],
])('rerank: %s is refused before anything is ordered', async (_what, change, status, code) => {
  const { post } = await caller();
  const answer = await post('/v1/rerank', { query: 'sea', documents: DOCUMENTS, ...change });
  expect([answer.status, answer.body.code]).toEqual([status, code]);
  expect(worker.asked).toEqual([]);
});

test('works that can be had are recommended by a text, with the route that gets them', async () => {
  const { post } = await caller();
  const { status, body } = await post('/v1/recommendations', { text: 'songs of the sea' });
  expect(status).toBe(200);
  expect(body.data).toMatchObject([
    {
      ...{ work: SEA.sha256, title: SEA.title, score: 1 },
      offers: [{ kind: 'licence', id: 'l0', obtain: { method: 'POST', path: '/v1/licences/l0/accept' } }],
    },
    { work: DEBT.sha256, score: 0, offers: [{ id: 'l1' }] },
  ]);
  const steward = (await archive.key('steward', 'buyer')).key;
  const { method, path } = body.data[1]!.offers[0]!.obtain as { method: string; path: string };
  expect((await archive.call(steward, method, path, {})).status).toBe(200);
});

test('a work is not recommended for being like itself, nor one whose owner takes consent back', async () => {
  const { post } = await caller();
  const like = async (body: object): Promise<string[]> =>
    (await post('/v1/recommendations', body)).body.data.map(({ work: id }) => id);
  expect(await like({ work: DEBT.sha256 })).toEqual([SEA.sha256]);
  const prefers = (preference: object) =>
    guild.call(artist, 'PUT', `/v1/artworks/${SEA.sha256}/preference`, { preference });
  expect((await prefers({})).status).toBe(200);
  worker.asked.length = 0;
  const none = await post('/v1/recommendations', { text: 'sea' });
  expect([none.status, none.body.code, worker.asked.length]).toEqual([404, 'not_found', 0]);
  await prefers({ generative_training: 'allowed' });
  expect(await like({ text: 'sea' })).toEqual([SEA.sha256]);
});

test.each<[string, object, number, string]>([
  ['neither text nor work', {}, 400, 'invalid_argument'],
  ['text and work', { text: 'sea', work: SEA.sha256 }, 400, 'invalid_argument'],
  ['no text', { text: '' }, 400, 'invalid_argument'],
  ['a work that is not registered', { work: '0'.repeat(64) }, 404, 'not_found'],
  ['a cursor of its own', { text: 'sea', after: 'here' }, 400, 'invalid_argument'],
  ['a model that generates text', { text: 'sea', model: 'poet' }, 400, 'invalid_argument'],
])('recommendations by %s: refused before anything is ordered', async (_what, body, status, code) => {
  const { post } = await caller();
  const answer = await post('/v1/recommendations', body);
  expect([answer.status, answer.body.code]).toEqual([status, code]);
  expect(worker.asked).toEqual([]);
});
