import { expect } from '@jest/globals';
import { decodeJson, parseError, SignedReceipt, type GenerateEvent, type InferenceInput } from '@llmchain/protocol';
import { until } from '../../test/support/until';
import { WorkerBench, type WorkerClient } from '../../test/support/worker-bench';
import { TINY } from '../../test/support/worker-model';
import { requestOf } from '../../test/support/worker-requests';

jest.setTimeout(30_000);

describe('prompts', () => {
  let bench: WorkerBench;
  let worker: WorkerClient;

  beforeAll(async () => {
    bench = await WorkerBench.start();
    await bench.startWorker('compute', ['serve']);
    worker = bench.client('guild', 'compute');
    bench.approve();
    await until(() => bench.ledger.find('signer', 'compute-worker-1'));
    await until(async () => {
      const { models } = await worker.call<{ models: unknown[] }>('models', {});
      return models.length > 0 ? models : undefined;
    });
  });
  afterAll(() => bench.stop());

  async function asked(input: InferenceInput, maxTokens = 5): Promise<GenerateEvent[]> {
    return worker.generate(requestOf(bench.members.guild.gateway, input, { maxTokens }).wire);
  }
  const receiptOf = (events: readonly GenerateEvent[]): SignedReceipt['body'] => {
    const last = events.at(-1);
    if (last?.event !== 'finished') throw new Error(`not finished: ${JSON.stringify(last)}`);
    return decodeJson(SignedReceipt, last.finished.receipt).body;
  };
  /** The one event of a refusal. */
  const refusalOf = (events: readonly GenerateEvent[]): unknown => {
    const [only, ...others] = events;
    expect(others).toEqual([]);
    return only?.event === 'failure' ? parseError(only.failure) : only;
  };
  const text = (prompt: string): InferenceInput => ({ kind: 'completion', prompt });

  const ways: [string, (padding: string) => InferenceInput][] = [
    ['a text', text],
    ['a chat', (content) => ({ kind: 'chat', messages: [{ role: 'user', content }] })],
  ];
  test.each(ways)('%s may fill the context but for one token, and is refused with it', async (_what, way) => {
    const { promptTokens } = receiptOf(await asked(way('a')));
    const room = TINY.context - promptTokens;
    const fits = receiptOf(await asked(way('a'.repeat(room))));
    expect(fits).toMatchObject({ promptTokens: TINY.context - 1, completionTokens: 1, stop: 'length' });
    const pending = (await bench.client('compute', 'compute').pending()).length;
    for (const more of [1, 2, 1_000, 100_000]) {
      expect(refusalOf(await asked(way('a'.repeat(room + more))))).toMatchObject({
        code: 'invalid_argument',
        message: expect.stringMatching(/tokens and the model takes 320 with the answer\. Shorten it\.$/),
        details: { promptTokens: TINY.context - 1 + more, contextTokens: TINY.context },
      });
    }
    // Nothing was computed, so nothing is to be paid.
    expect(await bench.client('compute', 'compute').pending()).toHaveLength(pending);
  });

  test.each(['\u0000', 'a\u0000b', '\u001b[2J', '\u202e', '\uffff', '\ufeff', '\r\n\t', '👩‍👩‍👧‍👦', '\u0000'.repeat(100)])(
    'characters that one does not see are characters as any: %j',
    async (prompt) => {
      expect(receiptOf(await asked(text(prompt))).promptTokens).toBe(Buffer.byteLength(prompt));
    },
  );

  test.each<[string, InferenceInput]>([
    ['an empty text', text('')],
    ['texts, for a model that generates', { kind: 'texts', texts: ['a'] }],
  ])('%s is refused with what to do', async (_what, input) => {
    expect(refusalOf(await asked(input))).toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(/\.$/),
    });
  });
});
