import { LlmchainError, receiptId, type SignedReceipt } from '@llmchain/protocol';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import type { TestWorker } from '../../test/support/gateway-workers';
import { failing, openAiCaller } from '../../test/support/openai-caller';
import { TestPostgres } from '../../test/support/postgres';
import { CheckReceipt } from './usecases/check-receipt';
import { ReconcileReservations } from './usecases/reconcile-reservations';

/** Price of the test worker's answer, micro-credits. */
const COST = 133;

describe('a worker that breaks off in mid-answer', () => {
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
    worker.preference = 100;
    for (const each of [worker, lab]) each.loaded = [{ model: 'poet', version: 1 }];
    await wellAgain();
  }, 30_000);
  afterEach(async () => {
    lab.refusal = undefined;
    Object.assign(worker, { breaksAfter: undefined, stop: 'stop' });
    worker.lie = (receipt) => receipt;
    await wellAgain();
  });
  afterAll(async () => {
    await consortium.stop();
    await postgres.stop();
  });

  const caller = (credits?: number) => openAiCaller(archive, credits);

  /** One failure is forgiven when an answer follows. */
  async function wellAgain(): Promise<void> {
    const { client } = await caller();
    await client.completions.create({ model: 'poet', prompt: 'a' });
    lab.asked.length = 0;
  }

  const order = { model: 'poet', prompt: 'a', max_tokens: 3, stream: true as const };

  test.each([1, 2])('after %i tokens: another goes on, and both are paid what one would have been', async (from) => {
    const { client, session, key } = await caller();
    worker.breaksAfter = from;
    const { data: stream, response } = await client.completions
      .create({ ...order, stream_options: { include_usage: true } })
      .withResponse();
    const id = response.headers.get('x-llmchain-receipt')!;
    let text = '';
    let last: unknown;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.text ?? '';
      last = chunk;
    }
    expect(text).toBe('Shall I compare');
    expect(last).toMatchObject({ usage: { prompt_tokens: 3, completion_tokens: 3, total_tokens: 6 } });
    const { body } = (last as { llmchain: { receipt: SignedReceipt } }).llmchain.receipt;
    expect(body).toMatchObject({ producer: 'LabMSP', completionTokens: 3 - from, amount: 10 * (3 - from) });
    expect(body.continuation?.body).toMatchObject({ from, ticket: id });
    expect(lab.asked).toEqual([body.ticket]);
    const second = receiptId(body);
    expect(await archive.session(session)).toMatchObject({ spent: body.amount });
    const alone = (await archive.call(key, 'GET', `/v1/receipts/${id}`)).body;
    expect(alone).toMatchObject({ id: second, segments: [{ id: second, from, tokens: 3 - from }] });

    await compute.gateway.produce();
    await reconcile();
    expect(await archive.session(session)).toEqual({ escrow: 1_000_000, spent: COST, reserved: 0 });
    const both = (await archive.call(key, 'GET', `/v1/receipts/${id}`)).body;
    expect(both).toMatchObject({
      id,
      producer: 'ComputeMSP',
      segments: [
        { id, from: 0, tokens: from, amount: 103 + 10 * from },
        { id: second, from, tokens: 3 - from, amount: body.amount },
      ],
    });
  });

  test('a worker that has to stop ends its part with a receipt, which is paid at once', async () => {
    const { client, session } = await caller();
    worker.stop = 'cancelled';
    const { lie } = worker;
    worker.lie = (receipt) => lie({ ...receipt, completionTokens: 2, amount: 123 });
    const whole = await client.completions.create({ model: 'poet', prompt: 'a', max_tokens: 4 });
    expect(whole.choices[0]!.text).toBe('Shall I compare');
    expect(whole.usage).toMatchObject({ completion_tokens: 3 });
    expect((await archive.session(session)).reserved).toBe(0);
  });

  test('with no other worker the stream ends in an error, and what was set aside waits for the producer', async () => {
    const { client, session } = await caller();
    worker.breaksAfter = 1;
    lab.refusal = new LlmchainError('overloaded', 'Full.');
    const stream = await client.completions.create(order);
    const read = async (): Promise<void> => {
      for await (const _chunk of stream) continue;
    };
    expect((await failing(read())).code).toMatch(/^(unavailable|overloaded)$/);
    await compute.gateway.produce();
    await reconcile();
    expect(await archive.session(session)).toMatchObject({ spent: 113, reserved: 0 });
  });

  test('a first worker that claims more than had come is not paid beyond what the caller set aside', async () => {
    const { client, session } = await caller(1_000);
    worker.breaksAfter = 1;
    worker.lie = (receipt) => ({ ...receipt, completionTokens: 3, amount: COST });
    for await (const _chunk of await client.completions.create(order)) continue;
    await compute.gateway.produce();
    await reconcile();
    const { spent, reserved } = await archive.session(session);
    expect(reserved).toBe(0);
    // The ticket's maximum: 100 for the request, at most 9 prompt tokens at 1, 3 tokens at 10.
    expect(spent).toBeLessThanOrEqual(139);
  });

  async function reconcile(now?: number): Promise<void> {
    const { ports } = archive;
    await new ReconcileReservations({ member: 'ArchiveMSP' }, { ...ports, checker: new CheckReceipt({}, ports) }).run(
      now,
    );
  }
});
