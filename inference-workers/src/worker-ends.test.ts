import {
  decodeJson,
  Opening,
  parseError,
  SignedReceipt,
  ticketDigest,
  type GenerateEvent,
  type LlmchainError,
  type ModelVersion,
} from '@llmchain/protocol';
import { until } from '../../test/support/until';
import { anchored, judged } from '../../test/support/worker-batches';
import { WorkerBench, type WorkerClient } from '../../test/support/worker-bench';
import { requestOf, type TestRequest } from '../../test/support/worker-requests';

jest.setTimeout(20_000);

describe('a version ends', () => {
  let bench: WorkerBench;
  let worker: WorkerClient;

  beforeAll(async () => {
    bench = await WorkerBench.start();
    await bench.startWorker('compute', ['serve']);
    await bench.startWorker('archive', ['verify']);
    worker = bench.client('guild', 'compute');
  });
  afterAll(() => bench.stop());

  const state = (next: ModelVersion['state'], version = 1): void =>
    bench.approve({ ...bench.version, version, state: next });
  const served = async (): Promise<number[]> =>
    (await worker.call<{ models: { version: number }[] }>('models', {})).models.map(({ version }) => version);
  const request = (changes?: Parameters<typeof requestOf>[2]): TestRequest =>
    requestOf(bench.members.guild.gateway, { kind: 'chat', messages: [{ role: 'user', content: 'Sing.' }] }, changes);
  const failureOf = (events: readonly GenerateEvent[]): LlmchainError | undefined => {
    const last = events.at(-1);
    return last?.event === 'failure' ? parseError(last.failure) : undefined;
  };
  /** Has something happen as soon as an answer has begun. */
  async function answering(asked: TestRequest, happen: () => void): Promise<GenerateEvent[]> {
    let told = false;
    return worker.generate(asked.wire, () => {
      if (!told) happen();
      told = true;
      return true;
    });
  }
  async function pendingOf({ ticket }: TestRequest): Promise<{ receipt: SignedReceipt; opening: Opening }> {
    const id = ticketDigest(ticket.body);
    const own = bench.client('compute', 'compute');
    const found = await until(async () => (await own.pending()).find(({ opening }) => opening.includes(id)));
    return { receipt: decodeJson(SignedReceipt, found.receipt), opening: decodeJson(Opening, found.opening) };
  }
  async function approved(version: number): Promise<void> {
    state('approved', version);
    await until(async () => ((await served()).includes(version) ? true : undefined));
  }

  test('revoked: its answer under way ends within a step with the reason, and it is served no more', async () => {
    await until(() => bench.ledger.find('signer', 'compute-worker-1'));
    await approved(1);
    const asked = request({ maxTokens: 300 });
    const events = await answering(asked, () => state('revoked'));
    expect(failureOf(events)).toMatchObject({ code: 'wrong_state', details: { version: 1, state: 'revoked' } });
    expect(events.length).toBeLessThan(100);
    const { receipt, opening } = await pendingOf(asked);
    expect(receipt.body.stop).toBe('cancelled');
    expect(opening.tokens).toHaveLength(receipt.body.completionTokens);
    await bench.client('compute', 'compute').call('acknowledgeReceipts', { ids: [opening.receipt] });
    expect(await served()).toEqual([]);
    const [only, ...others] = await worker.generate(request().wire);
    expect(others).toEqual([]);
    expect(failureOf([only!])).toMatchObject({ code: 'wrong_state', details: { state: 'revoked' } });
  });

  test('retired: its answer under way is given to its end and verified, and it is served no more', async () => {
    await approved(2);
    const asked = request({ version: 2 });
    const events = await answering(asked, () => state('retired', 2));
    expect(events.at(-1)?.event).toBe('finished');
    const { receipt } = await pendingOf(asked);
    expect(receipt.body).toMatchObject({ stop: 'length', completionTokens: 24 });
    await until(async () => ((await served()).includes(2) ? undefined : true));
    expect(failureOf(await worker.generate(request({ version: 2 }).wire))).toMatchObject({
      code: 'wrong_state',
      details: { state: 'retired' },
    });
    const batch = await anchored(bench, 1, { version: 2 });
    expect(batch.count).toBe(1);
    expect(await judged(bench, batch)).toMatchObject({ verdict: 'accept' });
  });

  test('a session that was closed pays for no more', async () => {
    await approved(3);
    const session = bench.ledger.find('session', 'ses-1')!;
    bench.ledger.put('session', ['ses-1'], { ...session, state: 'closed' });
    expect(failureOf(await worker.generate(request({ version: 3 }).wire))).toMatchObject({
      code: 'wrong_state',
      details: { session: 'ses-1' },
    });
    bench.ledger.put('session', ['ses-1'], session);
    expect((await worker.generate(request({ version: 3 }).wire)).at(-1)?.event).toBe('finished');
  });
});
