import { setTimeout as delay } from 'node:timers/promises';
import { LlmchainError, receiptId, verifySigned, type AccessPolicy, type SignedReceipt } from '@llmchain/protocol';
import OpenAI from 'openai';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import { identity } from '../../test/support/identities';
import type { TestMember } from '../../test/support/gateway-member';
import { failing, openAiCaller } from '../../test/support/openai-caller';
import { TestPostgres } from '../../test/support/postgres';
import type { TestWorker } from '../../test/support/gateway-workers';
import { ReconcileReservations } from './usecases/reconcile-reservations';
import { CheckReceipt } from './usecases/check-receipt';

/** 100 for the request, 3 prompt tokens at 1, 3 tokens at 10. */
const COST = 133;

describe('inference through OpenAI’s client', () => {
  let postgres: TestPostgres;
  let consortium: GatewayConsortium;
  let archive: TestMember;
  let compute: TestMember;
  let worker: TestWorker;
  let lab: TestWorker;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    consortium = await GatewayConsortium.start(postgres, 'ArchiveMSP', 'ComputeMSP');
    archive = consortium.members.get('ArchiveMSP')!;
    compute = consortium.members.get('ComputeMSP')!;
    worker = consortium.workers.get('ComputeMSP')!;
    lab = consortium.workers.get('LabMSP')!;
    worker.loaded = [{ model: 'poet', version: 1 }];
  }, 30_000);
  afterEach(() => {
    Object.assign(worker, { refusal: undefined, breaksAfter: undefined, pace: 0, stop: 'stop' });
    worker.lie = (receipt) => receipt;
    worker.asked.length = 0;
  });
  afterAll(async () => {
    await consortium.stop();
    await postgres.stop();
  });

  const caller = (credits?: number, member = archive) => openAiCaller(member, credits);
  const prompt = [{ role: 'user' as const, content: 'A summer’s day?' }];

  test('a chat is answered, charged and receipted', async () => {
    const { client, session } = await caller();
    const { data, response } = await client.chat.completions
      .create({ model: 'poet', messages: prompt, max_completion_tokens: 5 })
      .withResponse();
    expect(data).toMatchObject({
      object: 'chat.completion',
      model: 'poet@1',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Shall I compare' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 3, completion_tokens: 3, total_tokens: 6 },
    });
    const { receipt } = (data as unknown as { llmchain: { receipt: SignedReceipt } }).llmchain;
    expect(response.headers.get('x-llmchain-receipt')).toBe(receiptId(receipt.body));
    expect(verifySigned('llmchain/receipt/1', receipt, worker.publicKey)).toBe(true);
    expect(await archive.session(session)).toEqual({ escrow: 1_000_000, spent: COST, reserved: 0 });
  });

  test('a stream gives the receipt’s id first, pieces, usage, and the signed receipt last', async () => {
    const { client, session } = await caller();
    const { data: stream, response } = await client.chat.completions
      .create({
        model: 'poet@1',
        messages: prompt,
        stream: true,
        stream_options: { include_usage: true },
        temperature: 0.8,
      })
      .withResponse();
    const id = response.headers.get('x-llmchain-receipt');
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe('Shall I compare');
    expect(chunks[0]!.choices[0]!.delta).toEqual({ role: 'assistant', content: '' });
    expect(chunks.at(-2)!.choices[0]).toMatchObject({ delta: {}, finish_reason: 'stop' });
    const last = chunks.at(-1) as unknown as { llmchain: { receipt: SignedReceipt } };
    expect(last).toMatchObject({ choices: [], usage: { total_tokens: 6 } });
    expect(receiptId(last.llmchain.receipt.body)).toBe(id);
    expect(last.llmchain.receipt.body.ticket.body.sampler).toEqual({ temperatureMilli: 800 });
    expect(new Set(chunks.map((chunk) => chunk.id))).toEqual(new Set([`chatcmpl-${id!}`]));
    expect((await archive.session(session)).spent).toBe(COST);
  });

  test('whoever the model’s owner does not let call it is refused before anything is computed or set aside', async () => {
    const { client, session, key } = await caller();
    const trainer = await identity('LabMSP', { role: 'trainer' });
    const set = (policy: AccessPolicy): Promise<unknown> =>
      consortium.ledger.world.submit(
        'models:setAccess',
        { operationId: `access-${JSON.stringify(policy).length}-${Date.now()}`, model: 'poet', version: 1, policy },
        { as: trainer },
      );
    const ask = () => client.chat.completions.create({ model: 'poet', messages: prompt, max_completion_tokens: 5 });
    await set({ callers: 'members', members: ['GuildMSP'] });
    await delay(2_100);
    const refused = await failing(ask());
    expect([refused.status, refused.code]).toEqual([403, 'not_authorised']);
    expect(worker.asked).toEqual([]);
    expect(await archive.session(session)).toEqual({ escrow: 1_000_000, spent: 0, reserved: 0 });
    const told = await archive.call(key, 'GET', '/v1/models/poet/versions/1/access');
    expect(told.body).toMatchObject({ policy: { callers: 'members', members: ['GuildMSP'] } });
    const admin = (await archive.key('admin', 'admin')).key;
    const mine = { policy: { callers: 'everyone' } };
    expect((await archive.call(admin, 'PUT', '/v1/models/poet/versions/1/access', mine)).status).toBe(403);
    expect((await archive.call(key, 'PUT', '/v1/models/poet/versions/1/access', mine)).status).toBe(403);
    // A no is not answered from memory.
    await set({ callers: 'everyone' });
    expect((await ask()).choices).toHaveLength(1);
  });

  test('a text is continued, whole and in pieces', async () => {
    const { client } = await caller();
    worker.stop = 'length';
    const whole = await client.completions.create({ model: 'poet', prompt: 'Shall', max_tokens: 2 });
    expect(whole).toMatchObject({
      object: 'text_completion',
      choices: [{ text: 'Shall I ', finish_reason: 'length' }],
    });
    const stream = await client.completions.create({ model: 'poet', prompt: 'Shall', stream: true });
    let text = '';
    let last: unknown;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.text ?? '';
      last = chunk;
    }
    expect(text).toBe('Shall I compare');
    expect(last).toMatchObject({
      choices: [{ finish_reason: 'length' }],
      llmchain: { receipt: { signer: worker.signer } },
    });
  });

  test.each([
    ['n', { n: 2 }],
    ['stop', { stop: ['.'] }],
    ['top_p', { top_p: 0.5 }],
    ['seed', { seed: 1 }],
    ['logprobs', { logprobs: true }],
    ['tools', { tools: [] }],
    ['response_format', { response_format: { type: 'json_object' as const } }],
  ])('the parameter %s is refused, not ignored', async (parameter, change) => {
    const { client } = await caller();
    const error = await failing(client.chat.completions.create({ model: 'poet', messages: prompt, ...change }));
    expect({ status: error.status, code: error.code }).toEqual({ status: 422, code: 'not_supported' });
    expect(error.message).toContain(parameter);
    expect(worker.asked).toEqual([]);
  });

  test('what asks for nothing special is accepted, what is unknown or out of range is not', async () => {
    const { client } = await caller();
    const neutral = { n: 1, top_p: 1, stop: null, presence_penalty: 0, logprobs: false };
    await client.chat.completions.create({ model: 'poet', messages: prompt, max_completion_tokens: 3, ...neutral });
    for (const change of [
      { temperature: 2.5 },
      { temperature: 0.12345 },
      { max_tokens: 0 },
      { max_tokens: 257 },
      { colour: 'red' },
    ]) {
      const error = await failing(client.chat.completions.create({ model: 'poet', messages: prompt, ...change }));
      expect({ change, status: error.status, code: error.code }).toEqual({
        change,
        status: 400,
        code: 'invalid_argument',
      });
    }
    const prompts = await failing(client.completions.create({ model: 'poet', prompt: ['a', 'b'] }));
    expect(prompts.code).toBe('not_supported');
  });

  test('without credit nothing is computed', async () => {
    const poor = await caller(200);
    const error = await failing(
      poor.client.chat.completions.create({ model: 'poet', messages: prompt, max_completion_tokens: 5 }),
    );
    expect({ status: error.status, code: error.code, type: error.type }).toEqual({
      status: 402,
      code: 'insufficient_credits',
      type: 'insufficient_quota',
    });
    expect(worker.asked).toEqual([]);
    const { key } = await archive.key('caller', 'nobody');
    const none = new OpenAI({ baseURL: `${archive.url}/v1`, apiKey: key, maxRetries: 0 });
    expect((await failing(none.completions.create({ model: 'poet', prompt: 'a' }))).status).toBe(402);
  });

  test('requests at the same time never spend more than the session holds', async () => {
    const { client, session } = await caller(1_000);
    worker.pace = 5;
    const order = { model: 'poet', prompt: 'a', max_tokens: 3 };
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => client.completions.create(order)));
    const good = answers.filter(({ status }) => status === 'fulfilled').length;
    expect(good).toBeGreaterThan(0);
    expect(good).toBeLessThanOrEqual(Math.floor(1_000 / COST));
    expect(await archive.session(session)).toEqual({ escrow: 1_000, spent: good * COST, reserved: 0 });
  });

  test('models that do not exist are not found, unserved ones unavailable', async () => {
    const { client } = await caller();
    expect((await failing(client.completions.create({ model: 'painter', prompt: 'a' }))).status).toBe(404);
    expect((await failing(client.completions.create({ model: 'poet@2', prompt: 'a' }))).status).toBe(404);
    worker.loaded = [];
    await delay(2_050);
    const error = await failing(client.completions.create({ model: 'poet', prompt: 'a' }));
    expect({ status: error.status, code: error.code }).toEqual({ status: 503, code: 'unavailable' });
    expect(error.headers?.get('retry-after')).toBe('1');
    worker.loaded = [{ model: 'poet', version: 1 }];
    await delay(2_050);
  });

  test('the own member’s worker produces only with the caller’s nonce in the ticket', async () => {
    const { client } = await caller(1_000_000, compute);
    expect((await failing(client.completions.create({ model: 'poet', prompt: 'a' }))).code).toBe('unavailable');
    const headers = { 'x-llmchain-nonce': 'ab'.repeat(32) };
    await client.completions.create({ model: 'poet', prompt: 'a' }, { headers });
    expect(worker.asked.at(-1)!.body.callerNonce).toBe('ab'.repeat(32));
    const bad = client.completions.create({ model: 'poet', prompt: 'a' }, { headers: { 'x-llmchain-nonce': 'xyz' } });
    expect((await failing(bad)).code).toBe('invalid_argument');
  });

  test('another worker is asked when the first is full, and the caller learns when all are', async () => {
    const { client, session } = await caller();
    worker.refusal = new LlmchainError('overloaded', 'Full.');
    lab.loaded = [{ model: 'poet', version: 1 }];
    await delay(2_050);
    for (let turn = 0; turn < 4; turn++) await client.completions.create({ model: 'poet', prompt: 'a' });
    expect(lab.asked).toHaveLength(4);
    lab.refusal = new LlmchainError('overloaded', 'Full.');
    const error = await failing(client.completions.create({ model: 'poet', prompt: 'a' }));
    expect({ status: error.status, type: error.type }).toEqual({ status: 429, type: 'rate_limit_error' });
    expect(await archive.session(session)).toMatchObject({ spent: 4 * COST, reserved: 0 });
    lab.loaded = [];
    await delay(2_050);
  });

  test('what the worker refuses for the request’s sake reaches the caller', async () => {
    const { client, session } = await caller();
    worker.refusal = new LlmchainError('invalid_argument', 'The prompt is longer than the context.');
    expect((await failing(client.completions.create({ model: 'poet', prompt: 'a' }))).code).toBe('invalid_argument');
    expect(await archive.session(session)).toMatchObject({ spent: 0, reserved: 0 });
  });

  test.each([
    ['another price', { amount: 1 }],
    ['more tokens than were ordered', { completionTokens: 100, amount: 1_103 }],
    ['another producer', { producer: 'LabMSP' }],
    ['another tokenizer', { tokenizer: 'ab'.repeat(32) }],
  ])('a receipt with %s is not paid', async (_what, change) => {
    const { client, session } = await caller();
    worker.lie = (receipt) => ({ ...receipt, ...change });
    const error = await failing(client.completions.create({ model: 'poet', prompt: 'a' }));
    expect({ status: error.status, code: error.code }).toEqual({ status: 422, code: 'not_verified' });
    expect((await archive.session(session)).spent).toBe(0);
    worker.lie = (honest) => honest;
    await client.completions.create({ model: 'poet', prompt: 'a' });
    expect((await archive.session(session)).spent).toBe(COST);
  });

  test('a stream that breaks off ends in an error, and the producer tells later what it cost', async () => {
    const { client, session } = await caller();
    worker.breaksAfter = 2;
    const { data: stream, response } = await client.completions
      .create({ model: 'poet', prompt: 'a', stream: true })
      .withResponse();
    const read = async (): Promise<void> => {
      for await (const _chunk of stream) continue;
    };
    expect((await failing(read())).code).toBe('unavailable');
    expect((await archive.session(session)).reserved).toBeGreaterThan(0);
    await compute.gateway.produce();
    await reconcile();
    expect(await archive.session(session)).toMatchObject({ spent: 123, reserved: 0 });
    const { body } = await archive.call(
      (await archive.key('auditor', 'eve')).key,
      'GET',
      `/v1/receipts/${response.headers.get('x-llmchain-receipt')!}`,
    );
    expect(body).toMatchObject({ state: 'anchored', receipt: { body: { stop: 'cancelled' } } });
  });

  test('a caller who hangs up cancels the computation', async () => {
    const { client, session } = await caller();
    worker.pace = 100;
    const before = worker.cancelled;
    const stream = await client.completions.create({ model: 'poet', prompt: 'a', stream: true });
    for await (const _chunk of stream) break;
    await delay(300);
    expect(worker.cancelled).toBe(before + 1);
    await compute.gateway.produce();
    await reconcile();
    expect(await archive.session(session)).toMatchObject({ spent: 113, reserved: 0 });
  });

  test('a ticket that nobody answered is given back when its time is over, not before', async () => {
    const { session } = await caller(1_000);
    const now = Date.now();
    const reservation = { receipt: 'cd'.repeat(32), session, amount: 700, producer: 'ComputeMSP', expires: now };
    await archive.ports.sessions.reserve(reservation);
    await archive.ports.sessions.lose(reservation.receipt);
    await reconcile(now + 30_000);
    expect((await archive.session(session)).reserved).toBe(700);
    await reconcile(now + 60_001);
    expect(await archive.session(session)).toEqual({ escrow: 1_000, spent: 0, reserved: 0 });
  });

  async function reconcile(now?: number): Promise<void> {
    const { ports } = archive;
    await new ReconcileReservations({ member: 'ArchiveMSP' }, { ...ports, checker: new CheckReceipt({}, ports) }).run(
      now,
    );
  }
});
